package dev.codeinterpreter.core.state;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * How a snapshot lies in a file store: a line that tells version, time and format, then the bytes; and the note that stands for it
 * where small snapshots lie. The line makes the bytes tell for themselves what they are, whatever the note says.
 */
final class StoredElsewhere {

    private static final String NOTE_FORMAT = "in-file-store/1";
    static final int LONGEST_LINE = 1000;

    private StoredElsewhere() {}

    static boolean isNote(StateSnapshot snapshot) {
        return snapshot.format().equals(NOTE_FORMAT);
    }

    static StateSnapshot note(StateSnapshot snapshot) {
        return new StateSnapshot(snapshot.version(), NOTE_FORMAT, snapshot.createdAt(), new byte[0]);
    }

    static InputStream content(StateSnapshot snapshot) {
        String line = snapshot.version() + " " + snapshot.createdAt() + " " + snapshot.format() + "\n";
        return new SequenceInputStream(
                new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8)),
                new ByteArrayInputStream(snapshot.bytes()));
    }

    /** @throws IOException when reading failed, the line is none, or more than {@code maximumBytes} follow */
    static StateSnapshot read(InputStream content, long maximumBytes) throws IOException {
        String[] line = firstLine(content).split(" ", 3);
        if (line.length != 3) {
            throw new IOException("no stored memory: its first line has " + line.length + " words");
        }
        int limit = (int) Math.min(maximumBytes + 1, Integer.MAX_VALUE - 8);
        byte[] bytes = content.readNBytes(limit);
        if (bytes.length > maximumBytes) {
            throw new IOException("stored memory of more than " + maximumBytes + " bytes");
        }
        try {
            return new StateSnapshot(Long.parseLong(line[0]), line[2], Instant.parse(line[1]), bytes);
        } catch (NumberFormatException | DateTimeException malformed) {
            throw new IOException("no stored memory: its first line is malformed", malformed);
        }
    }

    private static String firstLine(InputStream content) throws IOException {
        byte[] line = new byte[LONGEST_LINE];
        for (int length = 0; length < LONGEST_LINE; length++) {
            int next = content.read();
            if (next < 0) {
                throw new IOException("no stored memory: it has no first line");
            }
            if (next == '\n') {
                return new String(line, 0, length, StandardCharsets.UTF_8);
            }
            line[length] = (byte) next;
        }
        throw new IOException("no stored memory: its first line is too long");
    }
}

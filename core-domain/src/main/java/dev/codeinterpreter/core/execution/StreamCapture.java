package dev.codeinterpreter.core.execution;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Keeps the beginning of one output stream and counts the rest. For one thread at a time. */
final class StreamCapture {

    private static final int CONTINUATION_MASK = 0b1100_0000;
    private static final int CONTINUATION = 0b1000_0000;

    private final int maximumBytes;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private long total;

    /** @param maximumBytes how much is kept at the most, at least 1 */
    StreamCapture(int maximumBytes) {
        this.maximumBytes = maximumBytes;
    }

    void write(byte[] bytes, int offset, int length) {
        kept.write(bytes, offset, Math.min(length, maximumBytes - kept.size()));
        total += length;
    }

    /** What was kept, as text. A character that the cut would go through is dropped as a whole. */
    CapturedOutput toOutput() {
        byte[] bytes = kept.toByteArray();
        int end = total > bytes.length ? endOfLastCharacter(bytes) : bytes.length;
        return new CapturedOutput(new String(bytes, 0, end, StandardCharsets.UTF_8), total - end);
    }

    /** Where the last character ends, if the bytes after it are the beginning of another one; else all bytes. */
    private static int endOfLastCharacter(byte[] bytes) {
        for (int back = 1; back <= Math.min(3, bytes.length); back++) {
            int b = bytes[bytes.length - back];
            if ((b & CONTINUATION_MASK) != CONTINUATION) {
                return lengthFrom(b) > back ? bytes.length - back : bytes.length;
            }
        }
        return bytes.length;
    }

    /** How many bytes a character has that begins with this one. */
    private static int lengthFrom(int lead) {
        int b = lead & 0xff;
        if (b < 0xc2 || b > 0xf4) {
            return 1;
        }
        return b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
    }
}

package dev.codeinterpreter.adapter.redis;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileScope;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.state.StateSnapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * How values look as bytes: one byte of version, then the fields in order. Ids are in the keys, not in the values. A change of
 * the fields takes a new version; the old ones stay readable, since servers of two releases may share one Redis for a while.
 */
final class RedisFormat {

    private static final int VERSION = 1;
    private static final int CHUNK_CHARACTERS = 16_384;

    private RedisFormat() {}

    static byte[] encode(Session session) {
        return written(out -> {
            writeText(out, session.owner());
            writeOptionalText(out, session.user());
            writeOptionalText(out, session.entity());
            writeInstant(out, session.createdAt());
            writeInstant(out, session.expiresAt());
        });
    }

    static Session decodeSession(SessionId id, byte[] bytes) {
        return read(
                "session",
                bytes,
                in -> new Session(
                        id,
                        readText(in),
                        readOptionalText(in),
                        readOptionalText(in),
                        readInstant(in),
                        readInstant(in)));
    }

    static byte[] encode(StoredFile file) {
        return written(out -> {
            writeText(out, file.name().value());
            out.writeLong(file.size());
            writeText(out, file.sha256());
            writeText(out, file.contentType());
            writeInstant(out, file.createdAt());
            out.writeByte(codeOf(file.origin()));
            out.writeBoolean(file.readOnly());
            writeOptionalText(out, file.scope().kind());
            writeOptionalText(out, file.scope().resourceId());
            writeOptionalText(out, file.scope().version());
            writeOptionalText(out, file.scope().entityId());
        });
    }

    static StoredFile decodeFile(SessionId session, FileId id, byte[] bytes) {
        return read(
                "file",
                bytes,
                in -> new StoredFile(
                        id,
                        session,
                        new FileName(readText(in)),
                        in.readLong(),
                        readText(in),
                        readText(in),
                        readInstant(in),
                        originOf(in.readByte()),
                        in.readBoolean(),
                        new FileScope(
                                readOptionalText(in),
                                readOptionalText(in),
                                readOptionalText(in),
                                readOptionalText(in))));
    }

    /** All of a snapshot but its bytes, which are kept apart and never copied. */
    static byte[] encodeHeader(StateSnapshot snapshot) {
        return written(out -> {
            out.writeLong(snapshot.version());
            writeText(out, snapshot.format());
            writeInstant(out, snapshot.createdAt());
            out.writeInt(snapshot.size());
        });
    }

    static StateSnapshot decodeSnapshot(byte[] header, byte[] content) {
        return read("state", header, in -> {
            StateSnapshot snapshot = new StateSnapshot(in.readLong(), readText(in), readInstant(in), content);
            int size = in.readInt();
            if (size != content.length) {
                throw new IOException("it has " + content.length + " bytes instead of " + size);
            }
            return snapshot;
        });
    }

    private static int codeOf(StoredFile.Origin origin) {
        return switch (origin) {
            case UPLOAD -> 1;
            case OUTPUT -> 2;
        };
    }

    private static StoredFile.Origin originOf(byte code) throws IOException {
        return switch (code) {
            case 1 -> StoredFile.Origin.UPLOAD;
            case 2 -> StoredFile.Origin.OUTPUT;
            default -> throw new IOException("unknown origin " + code);
        };
    }

    private static byte[] written(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            fields.write(out);
        } catch (IOException e) {
            throw new AssertionError("writing to memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static <T> T read(String kind, byte[] bytes, Parser<T> parser) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new UnavailableException(
                        RedisCalls.DEPENDENCY,
                        "A stored " + kind + " has format " + version + ", but this program reads format " + VERSION
                                + ". Was Redis used by a newer release? Use that release or a newer one.");
            }
            T value = parser.parse(in);
            if (in.available() > 0) {
                throw new IOException(in.available() + " bytes too many");
            }
            return value;
        } catch (IOException | InvalidRequestException e) {
            throw new UnavailableException(
                    RedisCalls.DEPENDENCY, "A stored " + kind + " is damaged: " + e.getMessage(), e);
        }
    }

    private static void writeOptionalText(DataOutputStream out, Optional<String> text) throws IOException {
        out.writeBoolean(text.isPresent());
        if (text.isPresent()) {
            writeText(out, text.get());
        }
    }

    private static Optional<String> readOptionalText(DataInputStream in) throws IOException {
        return in.readBoolean() ? Optional.of(readText(in)) : Optional.empty();
    }

    /** In chunks, since {@code writeUTF} takes 64 KiB; and with it, since it keeps unpaired surrogates. */
    private static void writeText(DataOutputStream out, String text) throws IOException {
        out.writeInt(text.length());
        for (int start = 0; start < text.length(); start += CHUNK_CHARACTERS) {
            out.writeUTF(text.substring(start, Math.min(text.length(), start + CHUNK_CHARACTERS)));
        }
    }

    private static String readText(DataInputStream in) throws IOException {
        int length = in.readInt();
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append(in.readUTF());
        }
        if (text.length() != length) {
            throw new IOException("a text has " + text.length() + " characters instead of " + length);
        }
        return text.toString();
    }

    private static void writeInstant(DataOutputStream out, Instant instant) throws IOException {
        out.writeLong(instant.getEpochSecond());
        out.writeInt(instant.getNano());
    }

    private static Instant readInstant(DataInputStream in) throws IOException {
        return Instant.ofEpochSecond(in.readLong(), in.readInt());
    }

    private interface Fields {
        void write(DataOutputStream out) throws IOException;
    }

    private interface Parser<T> {
        T parse(DataInputStream in) throws IOException;
    }
}

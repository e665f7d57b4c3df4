package dev.codeinterpreter.core.state;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An interpreter's memory as opaque bytes. Only a sandbox ever looks inside: the bytes were made by untrusted code.
 *
 * @param version grows with each save of a session; of two copies the one with the greater version is the newer; at least 1
 * @param format who can read the bytes: {@code cloudpickle/1}
 * @param bytes not copied; whoever hands them over does not change them any more
 */
@SuppressWarnings("ArrayRecordComponent") // up to 100 MiB, equality is defined below and nobody changes the bytes
public record StateSnapshot(long version, String format, Instant createdAt, byte[] bytes) {

    public StateSnapshot {
        if (version < 1) {
            throw new InvalidRequestException(
                    "version", "greater_than_equal", "version must be at least 1: " + version);
        }
        if (format.isBlank()) {
            throw new InvalidRequestException("format", "missing", "format must not be blank");
        }
    }

    /** Size in bytes. */
    public int size() {
        return bytes.length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StateSnapshot that
                && version == that.version
                && format.equals(that.format)
                && createdAt.equals(that.createdAt)
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(version, format, createdAt, Arrays.hashCode(bytes));
    }

    @Override
    public String toString() {
        return "StateSnapshot[version=" + version + ", format=" + format + ", createdAt=" + createdAt + ", bytes="
                + bytes.length + "]";
    }
}

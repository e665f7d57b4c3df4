package dev.codeinterpreter.core.state;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An interpreter's memory as opaque bytes. Only a sandbox ever looks inside: the bytes were made by untrusted code.
 *
 * @param version grows with each save of a session; of two copies the one with the greater version is the newer; at least 1
 * @param format who can read the bytes, and a hint what that needs: {@code cloudpickle-lz4/1; packages=numpy,pandas}
 * @param bytes not copied; whoever hands them over does not change them any more
 */
@SuppressWarnings("ArrayRecordComponent") // up to 100 MiB, equality is defined below and nobody changes the bytes
public record StateSnapshot(long version, String format, Instant createdAt, byte[] bytes) {

    private static final Pattern PACKAGES = Pattern.compile("; *packages=(\\w+(?:,\\w+)*)$");

    public StateSnapshot {
        if (version < 1) {
            throw new InvalidRequestException(
                    "version", "greater_than_equal", "version must be at least 1: " + version);
        }
        if (format.isBlank()) {
            throw new InvalidRequestException("format", "missing", "format must not be blank");
        }
    }

    /** Names of packages that a program needs that gets these bytes, as far as the format tells. Never more than a hint. */
    public List<String> packages() {
        Matcher packages = PACKAGES.matcher(format);
        return packages.find() ? List.of(packages.group(1).split(",")) : List.of();
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

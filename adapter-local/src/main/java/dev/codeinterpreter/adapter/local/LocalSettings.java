package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where and how {@link LocalStorage} keeps things.
 *
 * @param directory made when missing and kept for the owner alone (mode 0700); otherwise empty or one that was used before
 * @param maximumStateBytes size of the largest state taken, 1 byte to 1 GiB
 * @param timeout how long a call waits for the record store before it reports it unavailable; more than zero
 */
public record LocalSettings(Path directory, long maximumStateBytes, Duration timeout) {

    public static final long DEFAULT_MAXIMUM_STATE_BYTES = 100L * 1024 * 1024;
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    private static final long GIBIBYTE = 1L << 30;

    /** @throws InvalidRequestException naming the component, when one is out of its range */
    public LocalSettings {
        if (maximumStateBytes < 1 || maximumStateBytes > GIBIBYTE) {
            throw new InvalidRequestException(
                    "maximumStateBytes",
                    "out_of_range",
                    "maximumStateBytes must be between 1 and " + GIBIBYTE + ": " + maximumStateBytes);
        }
        if (!timeout.isPositive()) {
            throw new InvalidRequestException("timeout", "greater_than", "timeout must be more than zero: " + timeout);
        }
    }

    /** The defaults, in {@code directory}. */
    public static LocalSettings in(Path directory) {
        return new LocalSettings(directory, DEFAULT_MAXIMUM_STATE_BYTES, DEFAULT_TIMEOUT);
    }
}

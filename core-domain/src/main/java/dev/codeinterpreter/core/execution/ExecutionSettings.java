package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.sandbox.Limits;
import java.time.Duration;

/**
 * How much executions may use, each and together.
 *
 * @param limits of one run, before the factors of its language; the wall time in it is always {@code maximumWallTime}
 * @param capturedBytes how much of each output stream the result keeps; at least 1
 * @param maximumWallTime how long a program may run, and does when its request names no time; at least 1 ms
 * @param concurrentExecutions how many run at the same time; at least 1
 * @param queuedExecutions how many more wait for their turn; 0 or more
 * @param queueTimeout how long one waits at the most; not negative
 */
public record ExecutionSettings(
        Limits limits,
        int capturedBytes,
        Duration maximumWallTime,
        int concurrentExecutions,
        int queuedExecutions,
        Duration queueTimeout) {

    /** {@link Limits#DEFAULT}, 1 MiB of each stream, 120 s, 16 at a time, 256 waiting for up to 30 s. */
    public static final ExecutionSettings DEFAULT =
            new ExecutionSettings(Limits.DEFAULT, 1 << 20, Duration.ofSeconds(120), 16, 256, Duration.ofSeconds(30));

    /** @throws InvalidRequestException naming the first setting that is out of its range */
    public ExecutionSettings {
        require("capturedBytes", capturedBytes >= 1, capturedBytes, "at least 1");
        require("maximumWallTime", maximumWallTime.toMillis() >= 1, maximumWallTime, "at least 1 ms");
        require("concurrentExecutions", concurrentExecutions >= 1, concurrentExecutions, "at least 1");
        require("queuedExecutions", queuedExecutions >= 0, queuedExecutions, "0 or more");
        require("queueTimeout", !queueTimeout.isNegative(), queueTimeout, "0 or more");
        limits = limits.withWallTime(maximumWallTime);
    }

    public ExecutionSettings withLimits(Limits value) {
        return new ExecutionSettings(
                value, capturedBytes, maximumWallTime, concurrentExecutions, queuedExecutions, queueTimeout);
    }

    public ExecutionSettings withCapturedBytes(int value) {
        return new ExecutionSettings(
                limits, value, maximumWallTime, concurrentExecutions, queuedExecutions, queueTimeout);
    }

    public ExecutionSettings withMaximumWallTime(Duration value) {
        return new ExecutionSettings(
                limits, capturedBytes, value, concurrentExecutions, queuedExecutions, queueTimeout);
    }

    public ExecutionSettings withConcurrentExecutions(int value) {
        return new ExecutionSettings(limits, capturedBytes, maximumWallTime, value, queuedExecutions, queueTimeout);
    }

    public ExecutionSettings withQueuedExecutions(int value) {
        return new ExecutionSettings(limits, capturedBytes, maximumWallTime, concurrentExecutions, value, queueTimeout);
    }

    public ExecutionSettings withQueueTimeout(Duration value) {
        return new ExecutionSettings(
                limits, capturedBytes, maximumWallTime, concurrentExecutions, queuedExecutions, value);
    }

    private static void require(String name, boolean holds, Object value, String rule) {
        if (!holds) {
            throw new InvalidRequestException(name, "out_of_range", name + " must be " + rule + ", it is " + value);
        }
    }
}

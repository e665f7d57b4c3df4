package dev.codeinterpreter.core.execution;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How a program ended. Failing code is an outcome, never an exception.
 *
 * <p>The family is closed; switches over it have no default branch.
 */
public sealed interface Outcome {

    /** Ended by itself with this exit code, 0 to 255. */
    record Exited(int code) implements Outcome {}

    /** Ended by a signal that none of the limits below explains: 11 is a segmentation fault. */
    record Signalled(int signal) implements Outcome {}

    /** Ran longer than it may, and was ended. */
    record TimedOut(Duration limit) implements Outcome {}

    /**
     * Needed more memory than it may, and was ended by the kernel, wholly or in part.
     *
     * @param peakBytes the most it had; absent when nobody measured it
     */
    record MemoryExceeded(long limitBytes, OptionalLong peakBytes) implements Outcome {}

    /**
     * Failed after the kernel refused it a further process or thread.
     *
     * @param exitCode what it then ended with; absent when a signal ended it
     */
    record ProcessesExceeded(int limit, OptionalInt exitCode) implements Outcome {}

    /** Failed with its disk full, be it bytes or files. */
    record DiskExceeded(long limitBytes, OptionalInt exitCode) implements Outcome {}

    /** Wrote more output than it may, and was ended. */
    record OutputExceeded(long limitBytes) implements Outcome {}

    /** The caller did not want the answer any more. */
    record Cancelled() implements Outcome {}

    /** Whether the program ended by itself with exit code 0. */
    default boolean isSuccess() {
        return this instanceof Exited(int code) && code == 0;
    }

    /** What a shell would say: the exit code, or 128 + the signal; 124 for time, 137 for memory and output, 130 for a cancel. */
    default int shellStatus() {
        return switch (this) {
            case Exited(int code) -> code;
            case Signalled(int signal) -> 128 + signal;
            case TimedOut _ -> 124;
            case MemoryExceeded _, OutputExceeded _ -> 137;
            case ProcessesExceeded exceeded -> exceeded.exitCode().orElse(137);
            case DiskExceeded exceeded -> exceeded.exitCode().orElse(137);
            case Cancelled _ -> 130;
        };
    }
}

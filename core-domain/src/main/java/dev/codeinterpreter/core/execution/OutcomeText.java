package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.execution.Outcome.Cancelled;
import dev.codeinterpreter.core.execution.Outcome.DiskExceeded;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Outcome.MemoryExceeded;
import dev.codeinterpreter.core.execution.Outcome.OutputExceeded;
import dev.codeinterpreter.core.execution.Outcome.ProcessesExceeded;
import dev.codeinterpreter.core.execution.Outcome.Signalled;
import dev.codeinterpreter.core.execution.Outcome.TimedOut;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;

/** Says in words why a run was ended. Clients know some of these words, so they are fixed. */
public final class OutcomeText {

    private static final BigDecimal MIB = BigDecimal.valueOf(1L << 20);

    private OutcomeText() {}

    /** A sentence for the reader of the output; empty when the program ended by itself, with whatever exit code. */
    public static Optional<String> of(Outcome outcome, Phase phase) {
        String compiling = switch (phase) {
            case COMPILE -> " while compiling";
            case RUN -> "";
        };
        return switch (outcome) {
            case Exited _ -> Optional.empty();
            case TimedOut(Duration limit) ->
                Optional.of("Time limit exceeded" + compiling + ": timed out after " + seconds(limit) + " seconds");
            case MemoryExceeded exceeded ->
                Optional.of("Out of memory" + compiling + ": the limit is " + mebibytes(exceeded.limitBytes())
                        + peak(exceeded));
            case OutputExceeded(long limit) ->
                Optional.of("stdout length exceeded" + compiling + ": more than " + mebibytes(limit)
                        + " of output were written");
            case ProcessesExceeded exceeded ->
                Optional.of("Process limit exceeded" + compiling + ": at most " + exceeded.limit()
                        + " processes and threads at a time");
            case DiskExceeded exceeded ->
                Optional.of("Disk limit exceeded" + compiling + ": the working directory holds "
                        + mebibytes(exceeded.limitBytes()));
            case Signalled(int signal) ->
                Optional.of(signalName(signal)
                                .map(name -> name + " (signal " + signal + ")")
                                .orElse("Ended by signal " + signal)
                        + compiling);
            case Cancelled _ -> Optional.of("Execution cancelled" + compiling);
        };
    }

    /** {@code 2}, {@code 0.25}: seconds with up to three decimals. */
    static String seconds(Duration duration) {
        return plain(BigDecimal.valueOf(duration.toMillis()).movePointLeft(3));
    }

    /** {@code 512 MiB}, {@code 0.5 MiB}; less than a tenth of one in bytes. */
    static String mebibytes(long bytes) {
        BigDecimal value = BigDecimal.valueOf(bytes).divide(MIB, 1, RoundingMode.HALF_UP);
        return value.signum() == 0 ? bytes + " bytes" : plain(value) + " MiB";
    }

    private static String plain(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }

    private static String peak(MemoryExceeded exceeded) {
        return exceeded.peakBytes().isPresent()
                ? ", the peak was " + mebibytes(exceeded.peakBytes().getAsLong())
                : "";
    }

    /** The words a shell has for the signals of Linux that end programs. */
    private static Optional<String> signalName(int signal) {
        return Optional.ofNullable(
                switch (signal) {
                    case 1 -> "Hangup";
                    case 2 -> "Interrupt";
                    case 3 -> "Quit";
                    case 4 -> "Illegal instruction";
                    case 5 -> "Trace/breakpoint trap";
                    case 6 -> "Aborted";
                    case 7 -> "Bus error";
                    case 8 -> "Floating point exception";
                    case 9 -> "Killed";
                    case 10 -> "User defined signal 1";
                    case 11 -> "Segmentation fault";
                    case 12 -> "User defined signal 2";
                    case 13 -> "Broken pipe";
                    case 14 -> "Alarm clock";
                    case 15 -> "Terminated";
                    case 24 -> "CPU time limit exceeded";
                    case 25 -> "File size limit exceeded";
                    case 31 -> "Bad system call";
                    default -> null;
                });
    }
}

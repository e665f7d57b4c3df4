package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.failure.CodeInterpreterException;
import dev.codeinterpreter.core.failure.UnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Something to be done with the records, by the thread that may touch them, while another waits for the outcome. One who waits
 * and gives up takes back what has not begun.
 */
final class RecordUnit<T> {

    private final Function<Tables, T> action;
    private final CompletableFuture<T> outcome = new CompletableFuture<>();
    private final AtomicBoolean claimed = new AtomicBoolean();
    private Runnable report = () -> {};

    RecordUnit(Function<Tables, T> action) {
        this.action = action;
    }

    /** Whether the unit is the caller's now: false when it was begun or taken back before. */
    boolean claim() {
        return claimed.compareAndSet(false, true);
    }

    /**
     * Acts, and keeps what came out until {@link #report()}. A refusal by the action is an outcome; it refuses before it changes
     * anything.
     *
     * @throws RuntimeException when the store failed
     */
    void act(Tables tables) {
        try {
            T value = action.apply(tables);
            report = () -> outcome.complete(value);
        } catch (CodeInterpreterException refusal) {
            report = () -> outcome.completeExceptionally(refusal);
        }
    }

    /** Lets the one who waits have the outcome. */
    void report() {
        report.run();
    }

    void fail(Throwable cause) {
        outcome.completeExceptionally(cause);
    }

    /**
     * Waits for the outcome. An interrupt does not cut the wait short, which is bounded anyway, and remains set: whoever cleans
     * up after an interrupt can do so.
     *
     * @throws CodeInterpreterException what the action threw, or unavailable when the store failed or the time is over
     */
    T await(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return outcome.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (TimeoutException e) {
            throw new UnavailableException(
                    DataDirectory.DEPENDENCY,
                    "The records did not answer within " + timeout.toMillis() + " ms"
                            + (claim() ? ", nothing was changed" : ", what was asked for may still happen"),
                    e);
        } catch (ExecutionException e) {
            throw translated(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static CodeInterpreterException translated(ExecutionException failure) {
        Throwable cause = failure.getCause();
        return cause instanceof CodeInterpreterException known
                ? known
                : new UnavailableException(DataDirectory.DEPENDENCY, "The records cannot be read or written", cause);
    }
}

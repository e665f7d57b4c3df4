package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.execution.ArtifactReport;
import dev.codeinterpreter.core.execution.CapturedOutput;
import dev.codeinterpreter.core.execution.ExecutionId;
import dev.codeinterpreter.core.execution.ExecutionPort;
import dev.codeinterpreter.core.execution.ExecutionRequest;
import dev.codeinterpreter.core.execution.ExecutionResult;
import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.execution.OutputListener;
import dev.codeinterpreter.core.execution.Phase;
import dev.codeinterpreter.core.execution.Usage;
import dev.codeinterpreter.core.session.SessionId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Executions that take as long as a test wants: each one waits for {@link #finish}, and ends at once when it is interrupted. Safe
 * for use by many threads.
 */
final class LatchedExecutions implements ExecutionPort {

    /** Counts down when the first one runs. */
    final CountDownLatch started = new CountDownLatch(1);

    /** Counts down when the first one was interrupted. */
    final CountDownLatch cancelled = new CountDownLatch(1);

    /** How many run now. */
    final AtomicInteger running = new AtomicInteger();

    private final Semaphore finished = new Semaphore(0);
    private volatile @Nullable RuntimeException failure;

    /** Lets this many executions end. */
    void finish(int count) {
        finished.release(count);
    }

    /** Lets those that end from now on fail like this. */
    void failWith(RuntimeException value) {
        failure = value;
    }

    @Override
    public ExecutionResult execute(ExecutionRequest request, OutputListener output) {
        running.incrementAndGet();
        started.countDown();
        try {
            finished.acquire();
            RuntimeException thrown = failure;
            if (thrown != null) {
                throw thrown;
            }
            return result(request, new Outcome.Exited(0), "done\n");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            cancelled.countDown();
            return result(request, new Outcome.Cancelled(), "part");
        } finally {
            running.decrementAndGet();
        }
    }

    private static ExecutionResult result(ExecutionRequest request, Outcome outcome, String stdout) {
        return new ExecutionResult(
                ExecutionId.random(),
                request.session().orElseGet(SessionId::random),
                outcome,
                Phase.RUN,
                new CapturedOutput(stdout, 0),
                CapturedOutput.EMPTY,
                List.of(),
                List.of(),
                ArtifactReport.EMPTY,
                List.of(),
                List.of(),
                new Usage(Duration.ofMillis(1), Optional.empty(), OptionalLong.empty()));
    }
}

package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.execution.ExecutionPort;
import dev.codeinterpreter.core.execution.ExecutionRequest;
import dev.codeinterpreter.core.execution.ExecutionResult;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One execution on a virtual thread of its own, so that the thread of its request can talk to the client meanwhile. There is one
 * for each request at the most, so the bound on requests bounds these threads too.
 */
final class Run implements AutoCloseable {

    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable ExecutionResult result;
    private volatile @Nullable Throwable failure;

    private Run(String name, ExecutionPort executions, ExecutionRequest request, Runnable afterwards) {
        this.thread = Thread.ofVirtual().name(name).unstarted(() -> {
            try {
                result = executions.execute(request);
            } catch (Throwable anything) { // the top of a thread: the request's thread throws it on
                failure = anything;
            } finally {
                ended.countDown();
                afterwards.run();
            }
        });
    }

    /**
     * A run that waits for {@link #start}.
     *
     * @param afterwards called on the run's thread when it has ended
     */
    static Run of(String name, ExecutionPort executions, ExecutionRequest request, Runnable afterwards) {
        return new Run(name, executions, request, afterwards);
    }

    void start() {
        thread.start();
    }

    /** Waits for the end, not longer than {@code time}; whether it has come. */
    boolean await(Duration time) throws InterruptedException {
        return ended.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Asks the execution to end; its result then says so. Does nothing when it has ended. */
    void cancel() {
        if (ended.getCount() > 0) {
            thread.interrupt();
        }
    }

    /** Cancels the execution, if it has not ended. */
    @Override
    public void close() {
        cancel();
    }

    /**
     * What the execution gave. To be called after the end.
     *
     * @throws dev.codeinterpreter.core.failure.CodeInterpreterException what the execution threw
     */
    ExecutionResult result() {
        ExecutionResult given = result;
        if (given != null) {
            return given;
        }
        switch (failure) {
            case RuntimeException thrown -> throw thrown;
            case null, default -> throw new IllegalStateException("an execution failed for good", failure);
        }
    }
}

package dev.codeinterpreter.core.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What every port does whose bytes or records are kept by a server of their own, when that server fails. */
public interface BrokenBackendContract {

    /** How many call at once when the backend does not answer: more than any adapter under test has connections. */
    int MANY = 40;

    /**
     * Calls of every method of the port under test, by name. Each needs the backend, can be repeated, and needs nothing that was
     * there before. The port is the same for each call within a test.
     */
    Map<String, Call> calls();

    /** What a call may take at the most, with its share of a busy machine. */
    Duration deadline();

    /** The backend under test, running when a test begins. */
    Backend backend();

    /** Closes the port under test. */
    void close();

    /** What the names of the port's own threads begin with. */
    List<String> threadNames();

    /** A server that a test can break. */
    interface Backend {
        /** Ends it. Connections are closed, new ones refused. Waits until that is so. */
        void stop();

        /** Starts it again at the same address. Waits until it answers. */
        void start();

        /** Keeps it from answering; connections stay, new ones are taken. */
        void pause();

        /** Lets it go on. */
        void resume();
    }

    /** A call of a port. */
    interface Call {
        void run() throws Exception;
    }

    @Test
    default void call_backendRuns_works() {
        calls().forEach(this::requireWorks);
    }

    @Test
    default void call_backendStopped_unavailableWithinTheDeadline() {
        backend().stop();
        try {
            calls().forEach(this::requireUnavailable);
        } finally {
            backend().start();
        }
    }

    @Test
    default void call_backendStoppedAfterCalls_unavailableWithinTheDeadlineAndWorksOnceItIsBack() {
        calls().forEach(this::requireWorks);
        backend().stop();
        try {
            calls().forEach(this::requireUnavailable);
        } finally {
            backend().start();
        }

        calls().forEach(this::requireWorks);
    }

    @Test
    default void call_backendRestartedBetweenCalls_nobodyNotices() {
        allAtOnce(8).forEach(task -> assertThat(task).succeedsWithin(deadline()));
        backend().stop();
        backend().start();

        calls().forEach(this::requireWorks);
    }

    @Test
    default void call_backendPaused_unavailableWithinTheDeadlineAndWorksOnceItIsBack() {
        calls().forEach(this::requireWorks);
        backend().pause();
        try {
            calls().forEach(this::requireUnavailable);
        } finally {
            backend().resume();
        }

        calls().forEach(this::requireWorks);
    }

    @Test
    default void call_backendPausedAndManyCall_allUnavailableWithinTheDeadline() {
        backend().pause();
        try {
            allAtOnce(MANY)
                    .forEach(
                            task -> assertThatThrownBy(() -> task.get(deadline().toMillis(), TimeUnit.MILLISECONDS))
                                    .isInstanceOf(ExecutionException.class)
                                    .cause()
                                    .isInstanceOf(UnavailableException.class));
        } finally {
            backend().resume();
        }

        calls().forEach(this::requireWorks);
    }

    @Test
    default void close_afterFailures_leavesNoThreadAndRefusesCalls() {
        calls().forEach(this::requireWorks);
        backend().pause();
        try {
            calls().forEach(this::requireUnavailable);
        } finally {
            backend().resume();
        }

        close();
        close();

        calls().forEach(this::requireUnavailable);
        Awaitility.await()
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> threadNames().stream().anyMatch(name::startsWith)));
    }

    private List<FutureTask<Boolean>> allAtOnce(int times) {
        List<FutureTask<Boolean>> tasks = new ArrayList<>();
        List<Call> calls = List.copyOf(calls().values());
        for (int i = 0; i < times; i++) {
            tasks.add(started("call " + i, calls.get(i % calls.size())));
        }
        return tasks;
    }

    private void requireWorks(String name, Call call) {
        assertThat(started(name, call)).as(name).succeedsWithin(deadline());
    }

    private void requireUnavailable(String name, Call call) {
        FutureTask<Boolean> task = started(name, call);
        try {
            task.get(deadline().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).as(name).isInstanceOf(UnavailableException.class);
            return;
        } catch (TimeoutException e) {
            throw new AssertionError(name + " did not end within " + deadline(), e);
        } catch (InterruptedException e) {
            throw new AssertionError(name + " was interrupted", e);
        }
        throw new AssertionError(name + " worked");
    }

    /** On a virtual thread, as in the server. */
    private static FutureTask<Boolean> started(String name, Call call) {
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            call.run();
            return true;
        });
        Thread.ofVirtual().name(name).start(task);
        return task;
    }
}

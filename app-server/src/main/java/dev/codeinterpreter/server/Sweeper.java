package dev.codeinterpreter.server;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes ended sessions from time to time, with one thread of its own. A sweep that fails is logged, and the next one tries again. */
final class Sweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final ScheduledThreadPoolExecutor timer;

    private Sweeper(ScheduledThreadPoolExecutor timer) {
        this.timer = timer;
    }

    /**
     * Starts sweeping, for the first time at once.
     *
     * @param pause between the end of a sweep and the next one
     * @param sweep removes some ended sessions and says how many; called again at once until it says 0
     */
    static Sweeper start(Duration pause, IntSupplier sweep) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("session-sweep").daemon().factory());
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        var _ = timer.scheduleWithFixedDelay(() -> sweepAll(sweep), 0, pause.toMillis(), TimeUnit.MILLISECONDS);
        return new Sweeper(timer);
    }

    private static void sweepAll(IntSupplier sweep) {
        int all = 0;
        try {
            int some;
            do {
                some = sweep.getAsInt();
                all += some;
            } while (some > 0 && !Thread.currentThread().isInterrupted());
        } catch (RuntimeException failure) {
            LOG.atWarn().setCause(failure).log("Sweep of ended sessions failed, the next one tries again");
        }
        if (all > 0) {
            LOG.atInfo().addKeyValue("sessions", all).log("Removed {} ended sessions", all);
        }
    }

    /** Interrupts a sweep in progress and waits a bounded time for its end. */
    @Override
    public void close() {
        timer.shutdownNow();
        try {
            if (!timer.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("The sweep of ended sessions is still busy");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

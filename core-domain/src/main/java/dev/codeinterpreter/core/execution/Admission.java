package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.failure.QuotaExceededException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets in so many executions at a time, lets some more wait in the order they came, and turns away the rest. Safe for use by many
 * threads.
 */
final class Admission {

    private static final Duration SHORTEST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(60);

    private final int concurrent;
    private final int queued;
    private final Duration queueTimeout;
    private final Clock clock;
    private final Semaphore places;
    private final AtomicInteger queue = new AtomicInteger();
    private volatile long averageMillis = 1000;

    Admission(int concurrent, int queued, Duration queueTimeout, Clock clock) {
        this.concurrent = concurrent;
        this.queued = queued;
        this.queueTimeout = queueTimeout;
        this.clock = clock;
        this.places = new Semaphore(concurrent, true);
    }

    /**
     * Gets a place, at once or after waiting for it.
     *
     * @throws QuotaExceededException when nobody else may wait, or the wait is over
     * @throws InterruptedException when the calling thread was interrupted before it had a place
     */
    Permit enter() throws InterruptedException {
        if (places.tryAcquire(0, TimeUnit.SECONDS)) {
            return new Permit();
        }
        if (queue.incrementAndGet() > queued) {
            queue.decrementAndGet();
            throw refusal("Too many executions: " + concurrent + " are running and " + queued + " are waiting");
        }
        try {
            if (!places.tryAcquire(queueTimeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw refusal("Too many executions: no place became free within " + OutcomeText.seconds(queueTimeout)
                        + " seconds");
            }
            return new Permit();
        } finally {
            queue.decrementAndGet();
        }
    }

    /** How many have a place. */
    int running() {
        return concurrent - places.availablePermits();
    }

    /** How many wait for one. */
    int waiting() {
        return places.getQueueLength();
    }

    private QuotaExceededException refusal(String message) {
        return new QuotaExceededException("execution queue", retryAfter(), message);
    }

    /** About when those who are there now will be through, going by how long executions took lately. */
    private Duration retryAfter() {
        Duration estimate =
                Duration.ofMillis(averageMillis).multipliedBy(queue.get() + 1L).dividedBy(concurrent);
        if (estimate.compareTo(SHORTEST_RETRY) < 0) {
            return SHORTEST_RETRY;
        }
        return estimate.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : estimate;
    }

    /** Two at the same moment may lose one of their figures, which an estimate can bear. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void learn(long millis) {
        averageMillis += (Math.max(0, millis) - averageMillis) / 8;
    }

    /** A place. Closing it gives it back; a second close does nothing. */
    final class Permit implements AutoCloseable {

        private final long since = clock.millis();
        private final AtomicBoolean open = new AtomicBoolean(true);

        private Permit() {}

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                learn(clock.millis() - since);
                places.release();
            }
        }
    }
}

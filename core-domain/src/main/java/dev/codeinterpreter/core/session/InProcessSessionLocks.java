package dev.codeinterpreter.core.session;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Locks of sessions that only this process uses. Keeps nothing for a session that nobody holds or waits for. */
public final class InProcessSessionLocks implements SessionLockPort {

    private final Map<SessionId, Queue> queues = new ConcurrentHashMap<>();
    private final int maximumWaiting;

    /** @param maximumWaiting how many wait for one session at the most; further ones get nothing at once */
    public InProcessSessionLocks(int maximumWaiting) {
        this.maximumWaiting = maximumWaiting;
    }

    /** A holder and those who wait for it; {@code present} changes only inside {@link ConcurrentHashMap#compute}. */
    private static final class Queue {
        private final Semaphore turn = new Semaphore(1, true);
        private int present;
    }

    @Override
    public Optional<SessionLock> acquire(SessionId session, Duration patience) throws InterruptedException {
        Queue queue = join(session);
        boolean held = false;
        try {
            if (!queue.turn.tryAcquire(waits(queue) ? patience.toNanos() : 0, TimeUnit.NANOSECONDS)) {
                return Optional.empty();
            }
            held = true;
            AtomicBoolean open = new AtomicBoolean(true);
            return Optional.of(() -> {
                if (open.compareAndSet(true, false)) {
                    queue.turn.release();
                    leave(session);
                }
            });
        } finally {
            if (!held) {
                leave(session);
            }
        }
    }

    private boolean waits(Queue queue) {
        return queue.turn.getQueueLength() < maximumWaiting;
    }

    private Queue join(SessionId session) {
        return queues.compute(session, (_, known) -> {
            Queue queue = known == null ? new Queue() : known;
            queue.present++;
            return queue;
        });
    }

    private void leave(SessionId session) {
        queues.computeIfPresent(session, (_, queue) -> {
            queue.present--;
            return queue.present == 0 ? null : queue;
        });
    }

    /** For how many sessions something is kept. */
    int sessions() {
        return queues.size();
    }
}

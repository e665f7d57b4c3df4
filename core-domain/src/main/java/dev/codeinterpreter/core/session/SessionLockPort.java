package dev.codeinterpreter.core.session;

import dev.codeinterpreter.core.failure.UnavailableException;
import java.time.Duration;
import java.util.Optional;

/**
 * Lets one execution at a time have what a session's executions must not change at once. Those who wait are served about in the
 * order they came. Implementations are safe for use by many threads; a lock is not bound to a thread and not reentrant.
 *
 * <p>An implementation that several machines share may lose a lock of a holder that it takes for dead. Whoever stores something
 * under a lock therefore also lets the store compare versions.
 */
public interface SessionLockPort {

    /**
     * Waits until nobody else holds the lock of {@code session}, and takes it.
     *
     * @param patience how long to wait at the most; zero does not wait
     * @return the lock, which the caller closes; empty when the wait is over, or too many wait already
     * @throws InterruptedException when the calling thread was interrupted while it waited; it holds nothing then
     * @throws UnavailableException when the store of locks did not answer in time
     */
    Optional<SessionLock> acquire(SessionId session, Duration patience) throws InterruptedException;

    /** A lock that is held. */
    @FunctionalInterface
    interface SessionLock extends AutoCloseable {

        /** Gives the lock back. A second call does nothing; a failure of the store is not told, the lock then ends by itself. */
        @Override
        void close();
    }
}

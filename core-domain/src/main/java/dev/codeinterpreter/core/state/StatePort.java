package dev.codeinterpreter.core.state;

import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.session.SessionId;
import java.time.Duration;
import java.util.Optional;

/** Where a session's interpreter memory is kept between executions. Implementations are safe for use by many threads. */
public interface StatePort {

    /** Size of the largest snapshot that {@link #save} takes, in bytes. */
    long maximumBytes();

    /**
     * Replaces the snapshot of {@code session}, unless the one that is there has the same or a greater version; one whose time is
     * over is not there. Atomic: readers see the old bytes or the new ones. Its time begins anew with each snapshot stored.
     *
     * @param timeToLive counted from now, at least one second: from now plus this on it is not there any more
     * @return whether the snapshot was stored; false when it was not newer
     * @throws TooLargeException above {@link #maximumBytes()}; the old snapshot remains
     * @throws UnavailableException when the store did not confirm in time; the old snapshot may or may not remain
     */
    boolean save(SessionId session, StateSnapshot snapshot, Duration timeToLive);

    /**
     * The newest snapshot of {@code session}; empty when there is none or its time is over.
     *
     * @throws UnavailableException when the store did not answer in time
     */
    Optional<StateSnapshot> load(SessionId session);

    /**
     * Forgets the snapshot of {@code session}; nothing there is fine.
     *
     * @throws UnavailableException when the store did not confirm in time
     */
    void delete(SessionId session);
}

package dev.codeinterpreter.core.state;

import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.session.SessionId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Snapshots in the memory of this process, for tests. Safe for use by many threads; every call is atomic. */
public final class InMemoryStates implements StatePort {

    private final Map<SessionId, Kept> kept = new HashMap<>();
    private final long maximumBytes;
    private final Clock clock;

    /**
     * Without snapshots.
     *
     * @param maximumBytes size of the largest snapshot taken
     * @param clock decides which snapshots are over
     */
    public InMemoryStates(long maximumBytes, Clock clock) {
        this.maximumBytes = maximumBytes;
        this.clock = clock;
    }

    @Override
    public long maximumBytes() {
        return maximumBytes;
    }

    @Override
    public synchronized boolean save(SessionId session, StateSnapshot snapshot, Duration timeToLive) {
        if (snapshot.size() > maximumBytes) {
            throw new TooLargeException("state", maximumBytes, "bytes");
        }
        Optional<StateSnapshot> present = load(session);
        if (present.isPresent() && present.get().version() >= snapshot.version()) {
            return false;
        }
        kept.put(session, new Kept(snapshot, clock.instant().plus(timeToLive)));
        return true;
    }

    @Override
    public synchronized Optional<StateSnapshot> load(SessionId session) {
        Kept found = kept.get(session);
        return found != null && clock.instant().isBefore(found.expiresAt())
                ? Optional.of(found.snapshot())
                : Optional.empty();
    }

    @Override
    public synchronized void delete(SessionId session) {
        kept.remove(session);
    }

    private record Kept(StateSnapshot snapshot, Instant expiresAt) {}
}

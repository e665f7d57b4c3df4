package dev.codeinterpreter.core.state;

import dev.codeinterpreter.core.failure.ConflictException;
import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.BlobKey;
import dev.codeinterpreter.core.file.FileStorePort;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.session.SessionLockPort;
import dev.codeinterpreter.core.session.SessionLockPort.SessionLock;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.Optional;

/**
 * Keeps the memory of sessions between executions. Small snapshots lie in a {@link StatePort}; of a large one the bytes lie in a
 * {@link FileStorePort} and a note in the {@code StatePort} says so, so that one look there always finds the newest. Safe for use
 * by many threads.
 */
public final class StateService {

    private final StatePort states;
    private final FileStorePort store;
    private final SessionLockPort locks;
    private final StateSettings settings;
    private final Clock clock;

    public StateService(
            StatePort states, FileStorePort store, SessionLockPort locks, StateSettings settings, Clock clock) {
        this.states = states;
        this.store = store;
        this.locks = locks;
        this.settings = settings;
        this.clock = clock;
    }

    /** How memory is kept. */
    public StateSettings settings() {
        return settings;
    }

    /**
     * Waits until no other execution has the memory of this session.
     *
     * @return the turn, which the caller closes
     * @throws ConflictException when that took too long, or too many wait already
     * @throws InterruptedException when the calling thread was interrupted while it waited
     * @throws UnavailableException when the store of locks did not answer in time
     */
    public SessionLock awaitTurn(SessionId session) throws InterruptedException {
        return locks.acquire(session, settings.patience())
                .orElseThrow(() -> new ConflictException("Session '" + session + "' is busy with other executions; "
                        + "try again when they are done, or start a new session"));
    }

    /**
     * The newest memory of a session, if there is one.
     *
     * @throws NotFoundException kind {@code Variables}, when the file store has lost them; they are forgotten then
     * @throws UnavailableException when a store did not answer in time
     */
    public Optional<StateSnapshot> load(SessionId session) {
        Optional<StateSnapshot> found = states.load(session);
        if (found.isEmpty() || !StoredElsewhere.isNote(found.get())) {
            return found;
        }
        return Optional.of(fromFileStore(session, found.get()));
    }

    private StateSnapshot fromFileStore(SessionId session, StateSnapshot note) {
        Optional<InputStream> opened = store.read(BlobKey.ofState(session));
        if (opened.isEmpty()) {
            states.delete(session);
            throw new NotFoundException("Variables", session.value());
        }
        try (InputStream bytes = opened.get()) {
            StateSnapshot snapshot = StoredElsewhere.read(bytes, largestPacked());
            if (snapshot.version() < note.version()) {
                throw new UnavailableException(
                        "file store", "The file store gave an old copy of the memory of session '" + session + "'");
            }
            return snapshot;
        } catch (IOException unreadable) {
            throw new UnavailableException(
                    "file store",
                    "The file store did not give the memory of session '" + session + "' completely",
                    unreadable);
        }
    }

    /**
     * Stores what a program left as the newest memory of its session.
     *
     * @param previous what was loaded before that program ran
     * @return whether it was stored; false when somebody else has stored a newer one meanwhile
     * @throws TooLargeException when it is larger than memory may be
     * @throws UnavailableException when a store did not confirm in time; the newest memory is the previous or this one then
     */
    public boolean save(SessionId session, Optional<StateSnapshot> previous, String format, byte[] bytes) {
        if (bytes.length > largestPacked()) {
            throw new TooLargeException("memory of the session", largestPacked(), "bytes");
        }
        StateSnapshot snapshot = new StateSnapshot(versionAfter(previous), format, clock.instant(), bytes);
        if (bytes.length > Math.min(settings.maximumHotBytes(), states.maximumBytes())) {
            return saveElsewhere(session, snapshot);
        }
        return states.save(session, snapshot, settings.timeToLive());
    }

    /** First the bytes, then the note: a note never tells of bytes that are not there. */
    private boolean saveElsewhere(SessionId session, StateSnapshot snapshot) {
        try (InputStream content = StoredElsewhere.content(snapshot)) {
            var _ = store.write(BlobKey.ofState(session), content, snapshot.size() + StoredElsewhere.LONGEST_LINE);
        } catch (IOException impossible) {
            throw new IllegalStateException("reading from memory failed", impossible);
        }
        return states.save(session, StoredElsewhere.note(snapshot), settings.timeToLive());
    }

    /**
     * Greater than the one before, and than one that was forgotten meanwhile: two processes with clocks that differ by less than
     * the time a snapshot lives agree on what is newer.
     */
    private long versionAfter(Optional<StateSnapshot> previous) {
        return Math.max(previous.map(snapshot -> snapshot.version() + 1).orElse(1L), clock.millis());
    }

    /** What does not get smaller by compression gets a little larger. */
    private long largestPacked() {
        return settings.maximumBytes() + (settings.maximumBytes() >> 6) + (64 << 10);
    }
}

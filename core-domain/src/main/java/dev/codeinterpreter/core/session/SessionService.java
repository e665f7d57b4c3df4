package dev.codeinterpreter.core.session;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.file.FileStorePort;
import dev.codeinterpreter.core.file.StoredFile;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes sessions, finds them for their owners and removes them when their time is over. Safe for use by many threads. */
public final class SessionService {

    /** How many sessions one {@link #sweep} removes at the most. */
    public static final int SWEEP_LIMIT = 100;

    private final SessionPort sessions;
    private final Duration timeToLive;
    private final Clock clock;

    /**
     * A service over {@code sessions}.
     *
     * @param timeToLive how long a session lives after it was made and after a file was stored in it; at least one minute
     * @throws InvalidRequestException field {@code timeToLive}, when it is shorter
     */
    public SessionService(SessionPort sessions, Duration timeToLive, Clock clock) {
        if (timeToLive.compareTo(Duration.ofMinutes(1)) < 0) {
            throw new InvalidRequestException(
                    "timeToLive", "out_of_range", "timeToLive must be at least one minute, it is " + timeToLive);
        }
        this.sessions = sessions;
        this.timeToLive = timeToLive;
        this.clock = clock;
    }

    /**
     * Makes and stores a new session of this caller.
     *
     * @param entity the agent it is for, as far as the caller told
     * @throws UnavailableException when the store did not confirm in time
     */
    public Session create(Caller caller, Optional<String> entity) {
        Instant now = clock.instant();
        Session session =
                new Session(SessionId.random(), caller.owner(), caller.user(), entity, now, now.plus(timeToLive));
        sessions.save(session);
        return session;
    }

    /**
     * The session of this id, for its owner and as long as it lives; empty otherwise.
     *
     * @throws UnavailableException when the store did not answer in time
     */
    public Optional<Session> find(Caller caller, SessionId id) {
        Instant now = clock.instant();
        return sessions.find(id)
                .filter(session -> session.owner().equals(caller.owner()))
                .filter(session -> session.isAliveAt(now));
    }

    /**
     * The session that an execution continues: the one it names, else the one that made a file it names, if that was for the same
     * user. One that is not alive, or not the caller's, is passed over.
     *
     * @param references files that the execution names
     * @throws UnavailableException when the store did not answer in time
     */
    public Optional<Session> resolve(Caller caller, Optional<SessionId> wanted, List<FileReference> references) {
        return wanted.flatMap(id -> find(caller, id)).or(() -> ofReferences(caller, references));
    }

    /** Sessions of uploads are not continued: those files are there to be read by several. */
    private Optional<Session> ofReferences(Caller caller, List<FileReference> references) {
        if (caller.user().isEmpty()) {
            return Optional.empty();
        }
        Map<SessionId, Optional<Session>> known = new HashMap<>();
        return references.stream()
                .flatMap(reference -> known.computeIfAbsent(reference.session(), id -> find(caller, id)).stream()
                        .filter(session -> session.user().equals(caller.user()))
                        .filter(session -> isOutput(reference)))
                .findFirst();
    }

    private boolean isOutput(FileReference reference) {
        return sessions.file(reference.session(), reference.file())
                .filter(file -> file.origin() == StoredFile.Origin.OUTPUT)
                .isPresent();
    }

    /**
     * Makes a session live longer because files were stored in it, so that clients can rely on a file for at least 23/24 of the
     * time to live. Does nothing when it lives that long anyway, which spares a write for each of many files.
     *
     * @throws UnavailableException when the store did not confirm in time
     */
    public void renew(Session session) {
        Instant end = clock.instant().plus(timeToLive);
        if (session.expiresAt().isBefore(end.minus(timeToLive.dividedBy(24)))) {
            sessions.save(new Session(
                    session.id(), session.owner(), session.user(), session.entity(), session.createdAt(), end));
        }
    }

    /**
     * Removes sessions whose time is over, at most {@value #SWEEP_LIMIT} of them: first the bytes, then the records, so that a
     * failure in between leaves something that the next sweep finds. A session that cannot be removed does not hold up others.
     *
     * @return how many were removed
     * @throws UnavailableException after the others were tried, when a store failed for one of them
     */
    public int sweep(FileStorePort files) {
        int removed = 0;
        UnavailableException failure = null;
        for (SessionId id : sessions.expired(clock.instant(), SWEEP_LIMIT)) {
            try {
                if (isStillExpired(id)) {
                    files.deleteSession(id);
                    sessions.delete(id);
                    removed++;
                }
            } catch (UnavailableException unavailable) {
                if (failure == null) {
                    failure = unavailable;
                } else {
                    failure.addSuppressed(unavailable);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        return removed;
    }

    /** A file may have been stored in it, and its life prolonged, since the list was made. */
    private boolean isStillExpired(SessionId id) {
        return sessions.find(id)
                .filter(session -> session.isAliveAt(clock.instant()))
                .isEmpty();
    }
}

package dev.codeinterpreter.core.session;

import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.StoredFile;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Keeps sessions and the records of their files; the bytes are elsewhere. Implementations are safe for use by many threads, and
 * what a call has returned from is there after a crash. They do not look at expiry unless asked: the service does.
 *
 * <p>Every method throws {@link UnavailableException} when the store did not answer in time.
 */
public interface SessionPort {

    /** Stores a session; one of the same id is replaced, its files stay. */
    void save(Session session);

    /** The session of this id; empty when there is none. */
    Optional<Session> find(SessionId id);

    /**
     * Adds records, each to the session it names, all or none; a record of the same session and id is replaced, and the new one
     * counts as added now. No records are fine.
     *
     * @throws NotFoundException kind {@code Session}, when one of the sessions is not there: nothing would ever delete its records
     */
    void addFiles(List<StoredFile> files);

    /** The record of one file; empty when that session has none of this id. */
    Optional<StoredFile> file(SessionId session, FileId file);

    /**
     * The records of a session, oldest first, those of one instant in the order they were added; empty for an unknown session.
     * The records of one {@link #addFiles} are seen all or not at all.
     */
    List<StoredFile> files(SessionId session);

    /** Forgets one record. Returns whether there was one. */
    boolean removeFile(SessionId session, FileId file);

    /** Forgets a session and its records; nothing there is fine. */
    void delete(SessionId id);

    /**
     * Sessions whose end is at or before {@code now}, those that ended first first, those of one instant in the order of their
     * ids.
     *
     * @param limit how many at the most, at least 1
     */
    List<SessionId> expired(Instant now, int limit);
}

package dev.codeinterpreter.core.session;

import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.StoredFile;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A session store that does what another one does until a test breaks it. Safe for use by many threads. */
public final class BreakableSessions implements SessionPort {

    private final SessionPort sessions;
    private volatile boolean working = true;
    private volatile boolean takingFiles = true;

    public BreakableSessions(SessionPort sessions) {
        this.sessions = sessions;
    }

    /** Answers nothing any more. */
    public void breakAll() {
        working = false;
    }

    /** Takes no more records of files. */
    public void breakAddFiles() {
        takingFiles = false;
    }

    @Override
    public void save(Session session) {
        requireWorking();
        sessions.save(session);
    }

    @Override
    public Optional<Session> find(SessionId id) {
        requireWorking();
        return sessions.find(id);
    }

    @Override
    public void addFiles(List<StoredFile> files) {
        requireWorking();
        if (!takingFiles) {
            throw broken();
        }
        sessions.addFiles(files);
    }

    @Override
    public Optional<StoredFile> file(SessionId session, FileId file) {
        requireWorking();
        return sessions.file(session, file);
    }

    @Override
    public List<StoredFile> files(SessionId session) {
        requireWorking();
        return sessions.files(session);
    }

    @Override
    public boolean removeFile(SessionId session, FileId file) {
        requireWorking();
        return sessions.removeFile(session, file);
    }

    @Override
    public void delete(SessionId id) {
        requireWorking();
        sessions.delete(id);
    }

    @Override
    public List<SessionId> expired(Instant now, int limit) {
        requireWorking();
        return sessions.expired(now, limit);
    }

    private void requireWorking() {
        if (!working) {
            throw broken();
        }
    }

    private static UnavailableException broken() {
        return new UnavailableException("session store", "The session store is broken");
    }
}

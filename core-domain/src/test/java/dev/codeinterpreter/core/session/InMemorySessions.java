package dev.codeinterpreter.core.session;

import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.StoredFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** Sessions in the memory of this process, for tests. Safe for use by many threads; every call is atomic. */
public final class InMemorySessions implements SessionPort {

    private final Map<SessionId, Entry> entries = new HashMap<>();

    @Override
    public synchronized void save(Session session) {
        Entry known = entries.get(session.id());
        entries.put(session.id(), new Entry(session, known == null ? new LinkedHashMap<>() : known.files()));
    }

    @Override
    public synchronized Optional<Session> find(SessionId id) {
        return Optional.ofNullable(entries.get(id)).map(Entry::session);
    }

    @Override
    public synchronized void addFiles(List<StoredFile> files) {
        for (StoredFile file : files) {
            if (!entries.containsKey(file.session())) {
                throw new NotFoundException("Session", file.session().value());
            }
        }
        for (StoredFile file : files) {
            filesOf(file.session()).putLast(file.id(), file);
        }
    }

    @Override
    public synchronized Optional<StoredFile> file(SessionId session, FileId file) {
        return Optional.ofNullable(filesOf(session).get(file));
    }

    @Override
    public synchronized List<StoredFile> files(SessionId session) {
        List<StoredFile> files = new ArrayList<>(filesOf(session).values());
        files.sort(Comparator.comparing(StoredFile::createdAt));
        return List.copyOf(files);
    }

    @Override
    public synchronized boolean removeFile(SessionId session, FileId file) {
        return filesOf(session).remove(file) != null;
    }

    @Override
    public synchronized void delete(SessionId id) {
        entries.remove(id);
    }

    @Override
    public synchronized List<SessionId> expired(Instant now, int limit) {
        return entries.values().stream()
                .map(Entry::session)
                .filter(session -> !session.isAliveAt(now))
                .sorted(Comparator.comparing(Session::expiresAt)
                        .thenComparing(session -> session.id().value()))
                .limit(limit)
                .map(Session::id)
                .toList();
    }

    private SequencedMap<FileId, StoredFile> filesOf(SessionId session) {
        Entry entry = entries.get(session);
        return entry == null ? new LinkedHashMap<>() : entry.files();
    }

    private record Entry(Session session, SequencedMap<FileId, StoredFile> files) {}
}

package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.adapter.local.RecordFormat.SequencedFile;
import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.session.SessionPort;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.h2.mvstore.Cursor;
import org.jspecify.annotations.Nullable;

/** Sessions and the records of their files in a {@link RecordStore}. */
final class LocalSessions implements SessionPort {

    /** Not among the characters of an id, so that no session's files lie between those of another. */
    private static final char SEPARATOR = '/';

    private static final String FILE_SEQUENCE = "file";
    private static final byte[] NOTHING = {};

    private final RecordStore records;

    LocalSessions(RecordStore records) {
        this.records = records;
    }

    @Override
    public void save(Session session) {
        String id = session.id().value();
        byte[] encoded = RecordFormat.encode(session);
        records.write(tables -> {
            Optional<Session> known = session(tables, session.id());
            known.ifPresent(old -> tables.sessionEnds().remove(EndKey.of(old.expiresAt(), old.id())));
            tables.sessions().put(id, encoded);
            tables.sessionEnds().put(EndKey.of(session.expiresAt(), session.id()), NOTHING);
            return true;
        });
    }

    @Override
    public Optional<Session> find(SessionId id) {
        return records.read(tables -> session(tables, id));
    }

    @Override
    public void addFiles(List<StoredFile> files) {
        List<StoredFile> added = List.copyOf(files);
        if (added.isEmpty()) {
            return;
        }
        records.write(tables -> {
            for (StoredFile file : added) {
                if (!tables.sessions().containsKey(file.session().value())) {
                    throw new NotFoundException("Session", file.session().value());
                }
            }
            long sequence = number(tables.counters().get(FILE_SEQUENCE));
            for (StoredFile file : added) {
                tables.files().put(key(file.session(), file.id()), RecordFormat.encode(file, sequence));
                sequence++;
            }
            tables.counters()
                    .put(
                            FILE_SEQUENCE,
                            ByteBuffer.allocate(Long.BYTES).putLong(sequence).array());
            return true;
        });
    }

    @Override
    public Optional<StoredFile> file(SessionId session, FileId file) {
        return records.read(tables -> Optional.ofNullable(tables.files().get(key(session, file))))
                .map(bytes -> RecordFormat.decodeFile(session, file, bytes).file());
    }

    @Override
    public List<StoredFile> files(SessionId session) {
        return records.read(tables -> encodedFiles(tables, session)).stream()
                .map(entry -> RecordFormat.decodeFile(session, fileOf(entry.getKey()), entry.getValue()))
                .sorted(Comparator.comparing(
                                (SequencedFile found) -> found.file().createdAt())
                        .thenComparingLong(SequencedFile::sequence))
                .map(SequencedFile::file)
                .toList();
    }

    @Override
    public boolean removeFile(SessionId session, FileId file) {
        return records.write(tables -> tables.files().remove(key(session, file)) != null);
    }

    @Override
    public void delete(SessionId id) {
        records.write(tables -> {
            Optional<Session> known = session(tables, id);
            known.ifPresent(old -> tables.sessionEnds().remove(EndKey.of(old.expiresAt(), old.id())));
            tables.sessions().remove(id.value());
            encodedFiles(tables, id).forEach(entry -> tables.files().remove(entry.getKey()));
            return true;
        });
    }

    @Override
    public List<SessionId> expired(Instant now, int limit) {
        return records.read(tables -> EndKey.endedIn(tables.sessionEnds(), now, limit));
    }

    private static Optional<Session> session(Tables tables, SessionId id) {
        return Optional.ofNullable(tables.sessions().get(id.value()))
                .map(bytes -> RecordFormat.decodeSession(id, bytes));
    }

    private static List<Map.Entry<String, byte[]>> encodedFiles(Tables tables, SessionId session) {
        String start = session.value() + SEPARATOR;
        List<Map.Entry<String, byte[]>> found = new ArrayList<>();
        Cursor<String, byte[]> cursor = tables.files().cursor(start);
        while (cursor.hasNext()) {
            String key = cursor.next();
            if (!key.startsWith(start)) {
                break;
            }
            found.add(Map.entry(key, cursor.getValue()));
        }
        return found;
    }

    private static String key(SessionId session, FileId file) {
        return session.value() + SEPARATOR + file.value();
    }

    private static FileId fileOf(String key) {
        return new FileId(key.substring(key.indexOf(SEPARATOR) + 1));
    }

    private static long number(byte @Nullable [] bytes) {
        return bytes == null ? 0 : ByteBuffer.wrap(bytes).getLong();
    }
}

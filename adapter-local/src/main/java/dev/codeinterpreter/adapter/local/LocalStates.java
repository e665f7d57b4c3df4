package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.id.Identifiers;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.state.StatePort;
import dev.codeinterpreter.core.state.StateSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/**
 * Snapshots: bytes in a file of their own, and a record that names the file. The file is whole and on the disk before a record
 * names it, and it goes after the record. So a crash leaves files that no record names, which {@link #removeOrphans} removes, but
 * never a record without its file.
 */
final class LocalStates implements StatePort {

    private static final byte[] NOTHING = {};
    private static final int LOAD_ATTEMPTS = 100;
    private static final int ORPHANS_PER_STEP = 1000;

    private final RecordStore records;
    private final DataDirectory directory;
    private final long maximumBytes;
    private final Clock clock;

    /** Names of files whose records may be on their way. */
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    LocalStates(RecordStore records, DataDirectory directory, long maximumBytes, Clock clock) {
        this.records = records;
        this.directory = directory;
        this.maximumBytes = maximumBytes;
        this.clock = clock;
    }

    @Override
    public long maximumBytes() {
        return maximumBytes;
    }

    @Override
    public boolean save(SessionId session, StateSnapshot snapshot, Duration timeToLive) {
        if (snapshot.size() > maximumBytes) {
            throw new TooLargeException("state", maximumBytes, "bytes");
        }
        Instant now = clock.instant();
        if (records.read(tables -> isOutdated(tables, session, snapshot, now))) {
            return false;
        }
        String name = session.value() + "." + Identifiers.random();
        SnapshotRecord record = new SnapshotRecord(
                snapshot.version(),
                snapshot.format(),
                snapshot.createdAt(),
                now.plus(timeToLive),
                name,
                snapshot.size(),
                checksum(snapshot.bytes()));
        underWay.add(name);
        try {
            writeWhole(name, snapshot.bytes());
            Replacement replacement = records.write(tables -> replace(tables, session, snapshot, record, now));
            replacement.obsoleteFile().ifPresent(this::discard);
            return replacement.stored();
        } finally {
            underWay.remove(name);
        }
    }

    @Override
    public Optional<StateSnapshot> load(SessionId session) {
        String missing = "";
        for (int attempt = 0; attempt < LOAD_ATTEMPTS; attempt++) {
            Optional<SnapshotRecord> found =
                    records.read(tables -> record(tables, session)).filter(record -> record.isAliveAt(clock.instant()));
            if (found.isEmpty()) {
                return Optional.empty();
            }
            SnapshotRecord record = found.get();
            try {
                return Optional.of(
                        new StateSnapshot(record.version(), record.format(), record.createdAt(), readWhole(record)));
            } catch (NoSuchFileException replaced) {
                if (record.fileName().equals(missing)) {
                    throw damaged("is missing", replaced);
                }
                missing = record.fileName();
            } catch (IOException e) {
                throw damaged("cannot be read", e);
            }
        }
        throw new UnavailableException(
                DataDirectory.DEPENDENCY, "The state was replaced " + LOAD_ATTEMPTS + " times while it was read");
    }

    @Override
    public void delete(SessionId session) {
        records.write(tables -> remove(tables, session)).ifPresent(this::discard);
    }

    /**
     * Removes snapshots whose time is over, those that ended first first.
     *
     * @param limit how many at the most
     * @return how many were removed
     */
    int sweep(int limit) {
        Instant now = clock.instant();
        List<String> files = records.write(tables -> EndKey.endedIn(tables.snapshotEnds(), now, limit).stream()
                .flatMap(session -> remove(tables, session).stream())
                .toList());
        files.forEach(this::discard);
        return files.size();
    }

    /** Removes files that no record names, left by a crash or a failed save. */
    void removeOrphans() {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory.snapshots())) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        } catch (IOException e) {
            throw new UnavailableException(DataDirectory.DEPENDENCY, "The states cannot be listed", e);
        }
        for (int start = 0; start < names.size(); start += ORPHANS_PER_STEP) {
            List<String> some = names.subList(start, Math.min(names.size(), start + ORPHANS_PER_STEP));
            records.write(tables -> some.stream()
                            .filter(name -> !underWay.contains(name) && !isNamed(tables, name))
                            .toList())
                    .forEach(this::discard);
        }
    }

    private Replacement replace(
            Tables tables, SessionId session, StateSnapshot snapshot, SnapshotRecord record, Instant now) {
        if (isOutdated(tables, session, snapshot, now)) {
            return new Replacement(false, Optional.of(record.fileName()));
        }
        Optional<String> old = remove(tables, session);
        tables.snapshots().put(session.value(), RecordFormat.encode(record));
        tables.snapshotEnds().put(EndKey.of(record.expiresAt(), session), NOTHING);
        return new Replacement(true, old);
    }

    private static boolean isOutdated(Tables tables, SessionId session, StateSnapshot snapshot, Instant now) {
        return record(tables, session)
                .filter(present -> present.isAliveAt(now) && present.version() >= snapshot.version())
                .isPresent();
    }

    private static Optional<String> remove(Tables tables, SessionId session) {
        Optional<SnapshotRecord> old = record(tables, session);
        old.ifPresent(present -> {
            tables.snapshots().remove(session.value());
            tables.snapshotEnds().remove(EndKey.of(present.expiresAt(), session));
        });
        return old.map(SnapshotRecord::fileName);
    }

    private static Optional<SnapshotRecord> record(Tables tables, SessionId session) {
        return record(tables, session.value());
    }

    private static Optional<SnapshotRecord> record(Tables tables, String session) {
        return Optional.ofNullable(tables.snapshots().get(session)).map(RecordFormat::decodeSnapshot);
    }

    private static boolean isNamed(Tables tables, String fileName) {
        int end = fileName.lastIndexOf('.');
        return end > 0
                && record(tables, fileName.substring(0, end))
                        .filter(present -> present.fileName().equals(fileName))
                        .isPresent();
    }

    private void writeWhole(String name, byte[] bytes) {
        try (FileChannel channel = directory.create(directory.snapshots().resolve(name))) {
            ByteBuffer remaining = ByteBuffer.wrap(bytes);
            while (remaining.hasRemaining()) {
                channel.write(remaining);
            }
            directory.sync(channel);
            directory.sync(directory.snapshots());
        } catch (IOException e) {
            discard(name);
            throw new UnavailableException(
                    DataDirectory.DEPENDENCY, "The state could not be written to the server's disk", e);
        }
    }

    private byte[] readWhole(SnapshotRecord record) throws IOException {
        Path file = directory.snapshots().resolve(record.fileName());
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(record.size());
            if (bytes.length != record.size() || checksum(bytes) != record.checksum()) {
                throw new IOException("length or checksum differ from the record's");
            }
            return bytes;
        }
    }

    private void discard(String name) {
        try {
            Files.deleteIfExists(directory.snapshots().resolve(name));
        } catch (IOException e) {
            throw new UnavailableException(
                    DataDirectory.DEPENDENCY, "An old state could not be deleted from the server's disk", e);
        }
    }

    private static UnavailableException damaged(String problem, IOException cause) {
        return new UnavailableException(
                DataDirectory.DEPENDENCY, "The state of the session " + problem + " on the server's disk", cause);
    }

    private static int checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        return (int) checksum.getValue();
    }

    private record Replacement(boolean stored, Optional<String> obsoleteFile) {}
}

package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.file.BlobKey;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileScope;
import dev.codeinterpreter.core.file.FileStorePort;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.state.StateSnapshot;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;

/** Settings, values and bytes that the tests share. */
final class Fixtures {

    static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    static final int MAXIMUM_STATE_BYTES = 13 * 1024 * 1024;

    private Fixtures() {}

    static LocalStorage onDisk(Path parent, Clock clock) {
        return LocalStorage.open(settings(parent), clock);
    }

    static LocalStorage onDisk(Path parent) {
        return LocalStorage.open(settings(parent));
    }

    static LocalSettings settings(Path parent) {
        return new LocalSettings(parent.resolve("data"), MAXIMUM_STATE_BYTES, Duration.ofSeconds(30));
    }

    static Session session(SessionId id) {
        return new Session(id, "owner", Optional.empty(), Optional.empty(), NOON, NOON.plusSeconds(3600));
    }

    static StoredFile file(SessionId session, FileId id, long size, String sha256) {
        return new StoredFile(
                id,
                session,
                new FileName("f.txt"),
                size,
                sha256,
                "text/plain",
                NOON,
                StoredFile.Origin.OUTPUT,
                false,
                FileScope.NONE);
    }

    static StoredFile file(SessionId session, FileId id) {
        return file(session, id, 3, "a".repeat(64));
    }

    static StateSnapshot snapshot(long version, int size) {
        return new StateSnapshot(version, "cloudpickle/1", NOON, bytes(size, version));
    }

    static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static FileStorePort.StoredBytes write(LocalStorage storage, BlobKey key, byte[] content) throws IOException {
        return storage.files().write(key, new ByteArrayInputStream(content), content.length);
    }

    static byte[] read(LocalStorage storage, BlobKey key) throws IOException {
        try (InputStream stream = storage.files().read(key).orElseThrow()) {
            return stream.readAllBytes();
        }
    }
}

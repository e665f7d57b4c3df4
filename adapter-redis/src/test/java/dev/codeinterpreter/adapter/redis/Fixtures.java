package dev.codeinterpreter.adapter.redis;

import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileScope;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.state.StateSnapshot;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;

/** Values that the tests share. */
final class Fixtures {

    static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    private Fixtures() {}

    static Session session(SessionId id, Instant end) {
        return new Session(id, "owner", Optional.empty(), Optional.empty(), end.minusSeconds(3600), end);
    }

    static Session session() {
        return session(SessionId.random(), NOON.plusSeconds(3600));
    }

    static StoredFile file(SessionId session, String name) {
        return new StoredFile(
                FileId.random(),
                session,
                new FileName(name),
                3,
                "a".repeat(64),
                "text/plain",
                NOON,
                StoredFile.Origin.OUTPUT,
                false,
                FileScope.NONE);
    }

    static StateSnapshot snapshot(long version, int size) {
        byte[] bytes = new byte[size];
        new Random(version).nextBytes(bytes);
        return new StateSnapshot(version, "cloudpickle/1", NOON, bytes);
    }
}

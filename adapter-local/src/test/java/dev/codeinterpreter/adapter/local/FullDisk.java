package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.BlobKey;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.session.SessionId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** A program for a disk that takes 4 MiB in a file: its larger writes must fail and leave what was there. */
final class FullDisk {

    static final int ROOM = 4 * 1024 * 1024;

    private FullDisk() {}

    public static void main(String[] arguments) throws IOException {
        SessionId session = new SessionId("s");
        BlobKey key = BlobKey.ofFile(session, new FileId("f"));
        try (LocalStorage storage = Fixtures.onDisk(Path.of(arguments[0]))) {
            byte[] old = Fixtures.bytes(1000, 1);
            Fixtures.write(storage, key, old);
            storage.states().save(session, Fixtures.snapshot(1, 1000), Duration.ofHours(1));

            System.out.println(refused(() -> Fixtures.write(storage, key, new byte[2 * ROOM])));
            System.out.println(refused(
                    () -> storage.states().save(session, Fixtures.snapshot(2, 2 * ROOM), Duration.ofHours(1))));
            System.out.println(Arrays.equals(Fixtures.read(storage, key), old));
            System.out.println(storage.states().load(session).orElseThrow().equals(Fixtures.snapshot(1, 1000)));
            System.out.println(Fixtures.write(storage, key, new byte[10]).size());
        }
    }

    private static String refused(Attempt attempt) throws IOException {
        try {
            attempt.run();
            return "stored";
        } catch (UnavailableException e) {
            return "refused";
        }
    }

    private interface Attempt {
        void run() throws IOException;
    }
}

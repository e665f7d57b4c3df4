package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.file.BlobKey;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.FileStorePort.StoredBytes;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.session.SessionId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A program that writes into a storage without end, from several threads, and says on its standard output what is confirmed. It
 * is there to be killed.
 */
final class BusyWriter {

    static final int FILES_PER_CALL = 3;

    private static final int THREADS = 4;

    private BusyWriter() {}

    /**
     * Writes until killed.
     *
     * @param arguments the parent of the data directory, and a seed
     */
    public static void main(String[] arguments) throws InterruptedException {
        LocalStorage storage = Fixtures.onDisk(Path.of(arguments[0]));
        long seed = Long.parseLong(arguments[1]);
        say("open");
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom random = new SplittableRandom(seed + i);
            threads.add(Thread.ofPlatform().name("writer-" + i).start(() -> writeOn(storage, random)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void writeOn(LocalStorage storage, SplittableRandom random) {
        long version = 0;
        try {
            while (true) {
                SessionId session = SessionId.random();
                storage.sessions().save(Fixtures.session(session));
                say("session", session.value());
                for (int round = 0; round < 3; round++) {
                    writeFiles(storage, session, random);
                    saveState(storage, session, random, ++version);
                }
                if (random.nextInt(4) == 0) {
                    say("deleting", session.value());
                    storage.files().deleteSession(session);
                    storage.states().delete(session);
                    storage.sessions().delete(session);
                    say("deleted", session.value());
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void writeFiles(LocalStorage storage, SessionId session, SplittableRandom random)
            throws IOException {
        List<StoredFile> files = new ArrayList<>();
        for (int i = 0; i < FILES_PER_CALL; i++) {
            FileId id = FileId.random();
            int size = random.nextInt(20_000);
            StoredBytes stored =
                    Fixtures.write(storage, BlobKey.ofFile(session, id), Fixtures.bytes(size, random.nextLong()));
            files.add(Fixtures.file(session, id, stored.size(), stored.sha256()));
        }
        storage.sessions().addFiles(files);
        files.forEach(file -> say("file", session.value(), file.id().value(), file.sha256()));
    }

    private static void saveState(LocalStorage storage, SessionId session, SplittableRandom random, long version) {
        int size = random.nextInt(50_000);
        storage.states().save(session, Fixtures.snapshot(version, size), Duration.ofHours(1));
        say("state", session.value(), String.valueOf(version), String.valueOf(size));
    }

    private static void say(String... words) {
        synchronized (System.out) {
            System.out.println(String.join(" ", words));
            System.out.flush();
        }
    }
}

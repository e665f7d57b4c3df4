package dev.codeinterpreter.adapter.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.BlobKey;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.session.SessionId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalStorageTest {

    private static final SessionId SESSION = new SessionId("s");
    private static final FileId FILE = new FileId("f");
    private static final BlobKey KEY = BlobKey.ofFile(SESSION, FILE);

    @TempDir
    private Path parent;

    @Test
    void open_again_everythingIsThere() throws IOException {
        try (LocalStorage storage = Fixtures.onDisk(parent)) {
            fill(storage);
        }

        try (LocalStorage again = Fixtures.onDisk(parent)) {
            assertThat(again.sessions().find(SESSION)).contains(Fixtures.session(SESSION));
            assertThat(again.sessions().files(SESSION)).containsExactly(Fixtures.file(SESSION, FILE));
            assertThat(again.sessions().expired(Fixtures.NOON.plusSeconds(3600), 5))
                    .containsExactly(SESSION);
            assertThat(Fixtures.read(again, KEY)).isEqualTo(Fixtures.bytes(5000, 1));
            assertThat(again.states().load(SESSION)).contains(Fixtures.snapshot(1, 2000));
        }
    }

    @Test
    void open_leftoversOfInterruptedWrites_areRemoved() throws IOException {
        try (LocalStorage storage = Fixtures.onDisk(parent)) {
            fill(storage);
        }
        Files.writeString(data("tmp/half-a-file"), "half");
        Files.createDirectories(data("tmp/trash/deeper"));
        Files.writeString(data("tmp/trash/deeper/f"), "half");
        Files.writeString(data("snapshots/s.orphan"), "half");

        try (LocalStorage again = Fixtures.onDisk(parent)) {
            assertThat(namesIn("tmp")).isEmpty();
            assertThat(namesIn("snapshots")).hasSize(1);
            assertThat(again.states().load(SESSION)).contains(Fixtures.snapshot(1, 2000));
        }
    }

    @Test
    void open_recordsGrownByMuchThatIsGone_areMadeSmallAgain() throws IOException {
        try (LocalStorage storage = Fixtures.onDisk(parent)) {
            fill(storage);
        }
        try (MVStore store = MVStore.open(data("records.mv").toString())) {
            MVMap<Integer, byte[]> ballast = store.openMap("ballast");
            for (int i = 0; i < 40; i++) {
                ballast.put(i, Fixtures.bytes(1 << 20, i));
            }
            store.commit();
            store.openMap("ballast at the end").put(1, Fixtures.bytes(1000, 1));
            store.commit();
            store.removeMap(ballast);
        }
        assertThat(Files.size(data("records.mv"))).isGreaterThan(40 << 20);

        try (LocalStorage again = Fixtures.onDisk(parent)) {
            assertThat(Files.size(data("records.mv"))).isLessThan(1 << 20);
            assertThat(again.sessions().find(SESSION)).contains(Fixtures.session(SESSION));
            assertThat(again.sessions().files(SESSION)).containsExactly(Fixtures.file(SESSION, FILE));
            assertThat(again.sessions().expired(Fixtures.NOON.plusSeconds(3600), 5))
                    .containsExactly(SESSION);
            assertThat(again.states().load(SESSION)).contains(Fixtures.snapshot(1, 2000));
            assertThat(namesIn("tmp")).isEmpty();
        }
    }

    @Test
    void open_newDirectory_isForTheOwnerAlone() throws IOException {
        try (LocalStorage storage = Fixtures.onDisk(parent)) {
            fill(storage);

            try (Stream<Path> all = Files.walk(data(""))) {
                assertThat(all.filter(Files::isDirectory).toList())
                        .hasSizeGreaterThan(6)
                        .allSatisfy(directory -> assertThat(modeOf(directory)).isEqualTo("rwx------"));
            }
            assertThat(modeOf(data("blobs/sessions/s/f"))).isEqualTo("rw-------");
            assertThat(modeOf(data("records.mv"))).isEqualTo("rw-------");
        }
    }

    @Test
    void open_directoryOfSomethingElse_refusedAndUnchanged() throws IOException {
        Files.createDirectory(data(""));
        Files.setPosixFilePermissions(data(""), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(data("thesis.tex"), "years of work");

        assertThatThrownBy(() -> Fixtures.onDisk(parent))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(data("").toString())
                .hasMessageContaining("thesis.tex");
        assertThat(modeOf(data(""))).isEqualTo("rwxr-xr-x");
        assertThat(namesIn("")).containsExactly("thesis.tex");
    }

    @Test
    void open_directoryThatIsAFile_unavailable() throws IOException {
        Files.writeString(data(""), "a file");

        assertThatThrownBy(() -> Fixtures.onDisk(parent))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining(data("").toString());
    }

    @Test
    void open_twiceInOneProcess_secondIsToldWhatToDo() {
        try (LocalStorage storage = Fixtures.onDisk(parent)) {
            assertThatThrownBy(() -> Fixtures.onDisk(parent))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining(data("").toString())
                    .hasMessageContaining("in use by this process")
                    .hasMessageContaining("choose another directory");
            storage.sessions().save(Fixtures.session(SESSION));
        }
    }

    @Test
    void open_heldByThisProcess_otherProcessIsRefusedUntilClosed() throws IOException, InterruptedException {
        try (LocalStorage storage = Fixtures.onDisk(parent)) {
            fill(storage);
            assertThatThrownBy(() -> Fixtures.onDisk(parent)).isInstanceOf(UnavailableException.class);

            assertThat(outputOf(ChildJvm.start(OpeningAttempt.class, parent.toString())))
                    .singleElement()
                    .asString()
                    .contains(data("").toString())
                    .contains("in use by process " + ProcessHandle.current().pid());
        }
        assertThat(outputOf(ChildJvm.start(OpeningAttempt.class, parent.toString())))
                .containsExactly("opened");
    }

    @Test
    void write_diskFull_refusedAndOldRemains() throws IOException, InterruptedException {
        assertThat(outputOf(ChildJvm.startWithFilesUpTo(FullDisk.ROOM, FullDisk.class, parent.toString())))
                .containsExactly("refused", "refused", "true", "true", "10");
        assertThat(namesIn("tmp")).isEmpty();
        assertThat(namesIn("snapshots")).hasSize(1);
    }

    @Test
    void records_callerInterrupted_callsWorkAndTheFlagStays() throws IOException {
        try (LocalStorage storage = Fixtures.onDisk(parent)) {
            fill(storage);
            Thread.currentThread().interrupt();

            storage.sessions().save(Fixtures.session(new SessionId("t")));
            storage.sessions().addFiles(List.of(Fixtures.file(SESSION, new FileId("g"))));
            assertThat(storage.sessions().find(SESSION)).isPresent();
            assertThat(storage.sessions().files(SESSION)).hasSize(2);
            storage.files().delete(KEY);
            storage.files().deleteSession(SESSION);
            storage.states().delete(SESSION);
            storage.sessions().delete(SESSION);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(storage.sessions().find(SESSION)).isEmpty();
            assertThat(storage.sessions().find(new SessionId("t"))).isPresent();
        }
    }

    @Test
    void write_callerInterrupted_refusedAndOthersGoOn() throws IOException {
        try (LocalStorage storage = Fixtures.onDisk(parent)) {
            fill(storage);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> Fixtures.write(storage, KEY, Fixtures.bytes(100, 2)))
                    .isInstanceOf(UnavailableException.class);
            assertThatThrownBy(() -> storage.states().save(SESSION, Fixtures.snapshot(2, 10), Duration.ofHours(1)))
                    .isInstanceOf(UnavailableException.class);
            assertThat(Thread.interrupted()).isTrue();

            assertThat(Fixtures.read(storage, KEY)).isEqualTo(Fixtures.bytes(5000, 1));
            assertThat(storage.states().load(SESSION)).contains(Fixtures.snapshot(1, 2000));
            assertThat(namesIn("tmp")).isEmpty();
            assertThat(namesIn("snapshots")).hasSize(1);
            Fixtures.write(storage, KEY, Fixtures.bytes(100, 3));
        }
    }

    @Test
    void close_callerInterrupted_closes() throws IOException {
        LocalStorage storage = Fixtures.onDisk(parent);
        fill(storage);
        Thread.currentThread().interrupt();
        storage.close();

        assertThat(Thread.interrupted()).isTrue();
        try (LocalStorage again = Fixtures.onDisk(parent)) {
            assertThat(again.sessions().find(SESSION)).isPresent();
        }
    }

    @Test
    void write_byThreadsThatAreInterruptedAllTheTime_storeStaysWhole() throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        List<SessionId> confirmed = new ArrayList<>();
        try (LocalStorage storage = Fixtures.onDisk(parent)) {
            List<Thread> workers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Thread.Builder builder = i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
                workers.add(builder.start(() -> {
                    while (!stop.get()) {
                        SessionId id = SessionId.random();
                        work(storage, id);
                        synchronized (confirmed) {
                            confirmed.add(id);
                        }
                    }
                }));
            }
            Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
                workers.forEach(Thread::interrupt);
                synchronized (confirmed) {
                    return confirmed.size() >= 200;
                }
            });
            stop.set(true);
            for (Thread worker : workers) {
                assertThat(worker.join(Duration.ofSeconds(30))).isTrue();
            }

            assertThat(confirmed).allSatisfy(id -> {
                assertThat(storage.sessions().find(id)).isPresent();
                assertThat(storage.sessions().files(id)).hasSize(1);
            });
            assertThat(namesIn("tmp")).isEmpty();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void files_linksInTheDataDirectory_areNotFollowed() throws IOException {
        Path outside = Files.createDirectory(parent.resolve("outside"));
        Path secret = Files.writeString(outside.resolve("f"), "secret");
        try (LocalStorage storage = Fixtures.onDisk(parent)) {
            Files.createSymbolicLink(data("blobs/sessions/s"), outside);
            Files.createDirectory(data("blobs/sessions/t"));
            Files.createSymbolicLink(data("blobs/sessions/t/f"), secret);
            Files.createSymbolicLink(data("blobs/states/s"), secret);
            BlobKey linked = BlobKey.ofFile(new SessionId("t"), FILE);

            for (BlobKey key : List.of(KEY, linked, BlobKey.ofState(SESSION))) {
                assertThatThrownBy(() -> storage.files().read(key)).isInstanceOf(UnavailableException.class);
            }
            assertThatThrownBy(() -> Fixtures.write(storage, KEY, Fixtures.bytes(10, 1)))
                    .isInstanceOf(UnavailableException.class);
            assertThatThrownBy(() -> storage.files().delete(KEY)).isInstanceOf(UnavailableException.class);
            Fixtures.write(storage, linked, Fixtures.bytes(10, 1));
            storage.files().deleteSession(SESSION);

            assertThat(Fixtures.read(storage, linked)).isEqualTo(Fixtures.bytes(10, 1));
            assertThat(secret).hasContent("secret");
            assertThat(data("blobs/sessions/s")).doesNotExist();
        }
    }

    @Test
    void open_recordsOrLockAreLinks_refused() throws IOException {
        Path victim = Files.writeString(parent.resolve("victim"), "precious");
        Fixtures.onDisk(parent).close();
        for (String name : List.of("records.mv", "owner.lock", "tmp")) {
            Path original = data(name);
            Path aside = parent.resolve("aside");
            Files.move(original, aside);
            Files.createSymbolicLink(original, name.equals("tmp") ? parent : victim);

            assertThatThrownBy(() -> Fixtures.onDisk(parent)).isInstanceOf(UnavailableException.class);
            assertThat(victim).hasContent("precious");

            Files.delete(original);
            Files.move(aside, original);
        }
        Fixtures.onDisk(parent).close();
    }

    @Test
    void close_twice_isFineAndCallsFailAfterwards() throws IOException {
        LocalStorage storage = Fixtures.onDisk(parent);
        fill(storage);
        storage.close();
        storage.close();

        assertThatThrownBy(() -> storage.sessions().find(SESSION)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> storage.files().read(KEY)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> Fixtures.write(storage, KEY, new byte[1])).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> storage.files().delete(KEY)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> storage.files().sessions(Optional.empty(), 1))
                .isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> storage.states().load(SESSION)).isInstanceOf(UnavailableException.class);
    }

    @Test
    void close_temporary_leavesNothing() throws IOException {
        List<Path> before = temporaryDirectories();
        LocalStorage storage = LocalStorage.temporary();
        fill(storage);
        List<Path> during = new ArrayList<>(temporaryDirectories());
        during.removeAll(before);
        storage.close();
        storage.close();

        assertThat(during).isNotEmpty();
        assertThat(temporaryDirectories()).doesNotContainSequence(during);
    }

    @Test
    void close_anyStorage_endsItsThreads() throws IOException {
        try (LocalStorage storage = Fixtures.onDisk(parent);
                LocalStorage temporary = LocalStorage.temporary()) {
            fill(storage);
            fill(temporary);
        }

        Awaitility.await()
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("local-") || name.startsWith("H2")));
    }

    @Test
    void calls_moreThanFiveHundred_leaveNoOpenFiles() throws IOException {
        try (LocalStorage storage = Fixtures.onDisk(parent)) {
            useOften(storage, 5);
            long before = openFiles();
            useOften(storage, 50);

            assertThat(openFiles()).isLessThan(before + 20);
        }
    }

    private static void useOften(LocalStorage storage, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            fill(storage);
            storage.files().read(KEY).orElseThrow().close();
            storage.states().load(SESSION);
            assertThatThrownBy(() -> storage.files().write(KEY, failing(), 10)).isInstanceOf(IOException.class);
            storage.files().sessions(Optional.empty(), 10);
            storage.files().deleteSession(SESSION);
            storage.states().delete(SESSION);
            storage.sessions().delete(SESSION);
        }
    }

    private static InputStream failing() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                throw new IOException("connection reset");
            }
        };
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.count();
        }
    }

    private static void fill(LocalStorage storage) throws IOException {
        storage.sessions().save(Fixtures.session(SESSION));
        Fixtures.write(storage, KEY, Fixtures.bytes(5000, 1));
        storage.sessions().addFiles(List.of(Fixtures.file(SESSION, FILE)));
        storage.states().save(SESSION, Fixtures.snapshot(1, 2000), Duration.ofHours(1));
    }

    private static void work(LocalStorage storage, SessionId id) {
        storage.sessions().save(Fixtures.session(id));
        try {
            Fixtures.write(storage, BlobKey.ofFile(id, FILE), Fixtures.bytes(100, 1));
        } catch (UnavailableException | IOException interrupted) {
            assertThat(Thread.interrupted()).isTrue();
        }
        storage.sessions().addFiles(List.of(Fixtures.file(id, FILE)));
    }

    private static List<String> outputOf(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return output.lines().toList();
    }

    private static List<Path> temporaryDirectories() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir", "/tmp")))) {
            return all.filter(path -> String.valueOf(path.getFileName()).startsWith("code-interpreter-"))
                    .toList();
        }
    }

    private static String modeOf(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Path data(String name) {
        return parent.resolve("data").resolve(name);
    }

    private List<String> namesIn(String name) throws IOException {
        try (Stream<Path> entries = Files.list(data(name))) {
            return entries.map(entry -> String.valueOf(entry.getFileName())).toList();
        }
    }
}

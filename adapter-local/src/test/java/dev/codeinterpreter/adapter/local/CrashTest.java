package dev.codeinterpreter.adapter.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.file.BlobKey;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.state.StateSnapshot;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that writes, again and again, and looks at what is there afterwards. */
final class CrashTest {

    private static final int ROUNDS = 15;
    private static final Duration MOST_TIME = Duration.ofSeconds(45);

    @TempDir
    private Path parent;

    private final Set<SessionId> sessions = new HashSet<>();
    private final Set<SessionId> deleted = new HashSet<>();
    private final Map<BlobKey, String> files = new HashMap<>();
    private final Map<SessionId, StateSnapshot> states = new HashMap<>();

    @Test
    @Timeout(120)
    void reopen_afterKills_everythingConfirmedIsThereAndWhole() throws IOException, InterruptedException {
        SplittableRandom random = new SplittableRandom(20261125);
        long end = System.nanoTime() + MOST_TIME.toNanos();
        int round = 0;
        while (round < ROUNDS && System.nanoTime() < end) {
            runAndKill(round == 0 ? 0 : random.nextInt(400), random.nextLong());
            verify();
            round++;
        }

        assertThat(round).isGreaterThan(1);
        assertThat(files).isNotEmpty();
        assertThat(states).isNotEmpty();
        assertThat(deleted).isNotEmpty();
    }

    /** Kills after so many confirmations: at a random point of what the threads are doing. */
    private void runAndKill(int confirmations, long seed) throws IOException, InterruptedException {
        Process child = ChildJvm.start(BusyWriter.class, parent.toString(), String.valueOf(seed));
        List<String> lines = new ArrayList<>();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (int i = 0; i <= confirmations; i++) {
                lines.add(String.valueOf(out.readLine()));
            }
            child.toHandle().destroyForcibly(); // by the handle, since the process would close the stream
            child.waitFor();
            String rest = out.readAllAsString();
            rest.substring(0, rest.lastIndexOf('\n') + 1).lines().forEach(lines::add);
        }
        assertThat(lines.getFirst()).isEqualTo("open");
        lines.subList(1, lines.size()).forEach(this::note);
    }

    private void note(String line) {
        String[] words = line.split(" ", -1);
        SessionId session = new SessionId(words[1]);
        switch (words[0]) {
            case "session" -> sessions.add(session);
            case "file" -> files.put(BlobKey.ofFile(session, new FileId(words[2])), words[3]);
            case "state" ->
                states.put(session, Fixtures.snapshot(Long.parseLong(words[2]), Integer.parseInt(words[3])));
            case "deleting" -> {
                sessions.remove(session);
                files.keySet().removeIf(key -> key.session().equals(session));
                states.remove(session);
            }
            case "deleted" -> deleted.add(session);
            default -> throw new AssertionError("the child said: " + line);
        }
    }

    private void verify() throws IOException {
        try (LocalStorage storage = Fixtures.onDisk(parent)) {
            for (SessionId session : sessions) {
                assertThat(storage.sessions().find(session)).contains(Fixtures.session(session));
                verifyRecords(storage, session);
            }
            for (Map.Entry<BlobKey, String> file : files.entrySet()) {
                assertThat(sha256(Fixtures.read(storage, file.getKey()))).isEqualTo(file.getValue());
            }
            for (Map.Entry<SessionId, StateSnapshot> state : states.entrySet()) {
                Optional<StateSnapshot> loaded = storage.states().load(state.getKey());
                assertThat(loaded.orElseThrow().version())
                        .isGreaterThanOrEqualTo(state.getValue().version());
                if (loaded.get().version() == state.getValue().version()) {
                    assertThat(loaded.get().equals(state.getValue())).isTrue();
                }
            }
            for (SessionId session : deleted) {
                assertThat(storage.sessions().find(session)).isEmpty();
                assertThat(storage.sessions().files(session)).isEmpty();
                assertThat(storage.states().load(session)).isEmpty();
                assertThat(parent.resolve("data/blobs/sessions/" + session)).doesNotExist();
            }
        }
        verifyNothingIsLeftOver();
    }

    /** Each confirmed record is there; those of one call are there together; each has its bytes. */
    private void verifyRecords(LocalStorage storage, SessionId session) throws IOException {
        List<StoredFile> records = storage.sessions().files(session);
        assertThat(records.size() % BusyWriter.FILES_PER_CALL).isZero();
        Map<BlobKey, String> found = new HashMap<>();
        for (StoredFile record : records) {
            found.put(record.key(), record.sha256());
            assertThat(sha256(Fixtures.read(storage, record.key()))).isEqualTo(record.sha256());
        }
        files.forEach((key, sha256) -> {
            if (key.session().equals(session)) {
                assertThat(found).containsEntry(key, sha256);
            }
        });
    }

    private void verifyNothingIsLeftOver() throws IOException {
        assertThat(namesIn("tmp")).isEmpty();
        assertThat(namesIn("snapshots").stream().map(name -> name.substring(0, name.lastIndexOf('.'))))
                .as("one file of a snapshot for each session")
                .doesNotHaveDuplicates();
    }

    private List<String> namesIn(String directory) throws IOException {
        try (Stream<Path> entries = Files.list(parent.resolve("data").resolve(directory))) {
            return entries.map(entry -> String.valueOf(entry.getFileName())).toList();
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}

package dev.codeinterpreter.adapter.local;

import static dev.codeinterpreter.adapter.local.Fixtures.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.state.ExpiringStateContract;
import dev.codeinterpreter.core.state.StatePort;
import dev.codeinterpreter.core.state.StatePortContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalStatesTest {

    private final MovedClock clock = new MovedClock();

    @Nested
    final class OnDisk implements StatePortContract, ExpiringStateContract {

        private LocalStorage storage;

        @BeforeEach
        void open(@TempDir Path directory) {
            storage = Fixtures.onDisk(directory, clock);
        }

        @AfterEach
        void close() {
            storage.close();
        }

        @Override
        public StatePort port() {
            return storage.states();
        }

        @Override
        public void letPass(Duration time) {
            clock.move(time);
        }
    }

    @Nested
    final class Temporary implements StatePortContract, ExpiringStateContract {

        private final LocalStorage storage = LocalStorage.temporary(clock);

        @AfterEach
        void close() {
            storage.close();
        }

        @Override
        public StatePort port() {
            return storage.states();
        }

        @Override
        public void letPass(Duration time) {
            clock.move(time);
        }
    }

    @Nested
    final class Bytes {

        private DataDirectory directory;
        private RecordStore records;
        private LocalStates states;

        @BeforeEach
        void open(@TempDir Path parent) {
            directory = DataDirectory.open(parent.resolve("data"));
            records = RecordStore.open(directory.records(), directory, Duration.ofSeconds(30));
            states = new LocalStates(records, directory, 1000, clock);
        }

        @AfterEach
        void close() {
            records.close();
            directory.close();
        }

        @Test
        void save_replacesAndRefuses_leavesOneFile() throws IOException {
            SessionId session = new SessionId("s");
            states.save(session, snapshot(2, 10), Duration.ofHours(1));
            states.save(session, snapshot(3, 10), Duration.ofHours(1));
            states.save(session, snapshot(1, 10), Duration.ofHours(1));

            assertThat(snapshotFiles()).hasSize(1);
            states.delete(session);
            assertThat(snapshotFiles()).isEmpty();
        }

        @Test
        void sweep_someOver_removesThoseThatEndedFirstUpToTheLimit() throws IOException {
            for (int minutes = 1; minutes <= 5; minutes++) {
                states.save(new SessionId("s" + minutes), snapshot(1, 10), Duration.ofMinutes(minutes));
            }
            clock.move(Duration.ofMinutes(4));

            assertThat(states.sweep(3)).isEqualTo(3);
            assertThat(snapshotFiles()).allMatch(name -> name.startsWith("s4.") || name.startsWith("s5."));
            assertThat(states.sweep(3)).isEqualTo(1);
            assertThat(states.sweep(3)).isZero();
            assertThat(states.load(new SessionId("s5"))).contains(snapshot(1, 10));
            assertThat(snapshotFiles()).hasSize(1);
        }

        @Test
        void removeOrphans_filesThatNoRecordNames_goAndOthersStay() throws IOException {
            SessionId session = new SessionId("s.t");
            states.save(session, snapshot(1, 10), Duration.ofHours(1));
            Files.writeString(directory.snapshots().resolve("s.t.other"), "left by a crash");
            Files.writeString(directory.snapshots().resolve("unknown.x"), "left by a crash");
            Files.writeString(directory.snapshots().resolve("no dot"), "left by somebody");

            states.removeOrphans();

            assertThat(snapshotFiles()).hasSize(1);
            assertThat(states.load(session)).contains(snapshot(1, 10));
        }

        @Test
        void load_bytesMissing_unavailableUntilDeleted() throws IOException {
            SessionId session = new SessionId("s");
            states.save(session, snapshot(1, 10), Duration.ofHours(1));
            Files.delete(directory.snapshots().resolve(snapshotFiles().getFirst()));

            assertThatThrownBy(() -> states.load(session))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("missing");
            states.delete(session);
            assertThat(states.load(session)).isEmpty();
        }

        @Test
        void load_bytesChanged_unavailable() throws IOException {
            SessionId session = new SessionId("s");
            states.save(session, snapshot(1, 10), Duration.ofHours(1));
            Path file = directory.snapshots().resolve(snapshotFiles().getFirst());
            byte[] bytes = Files.readAllBytes(file);
            bytes[3] ^= 1;
            Files.write(file, bytes);

            assertThatThrownBy(() -> states.load(session)).isInstanceOf(UnavailableException.class);
        }

        private List<String> snapshotFiles() throws IOException {
            try (Stream<Path> files = Files.list(directory.snapshots())) {
                return files.map(file -> String.valueOf(file.getFileName())).toList();
            }
        }
    }
}

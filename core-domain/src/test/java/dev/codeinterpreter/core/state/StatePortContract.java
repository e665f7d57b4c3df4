package dev.codeinterpreter.core.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.session.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link StatePort} does, apart from expiry: {@link ExpiringStateContract}. */
public interface StatePortContract {

    Duration HOUR = Duration.ofHours(1);
    Instant NOON = Instant.parse("2026-11-25T12:00:00.123456789Z");
    int TWELVE_MEGABYTES = 12 * 1024 * 1024;

    /**
     * The port under test: without snapshots when a test begins, the same for each call within a test. Its maximum is 12 MiB or
     * more, and little enough for a test to hold twice.
     */
    StatePort port();

    @Test
    default void load_unknownSession_empty() {
        assertThat(port().load(SessionId.random())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 11_000, TWELVE_MEGABYTES})
    default void save_anySize_isLoaded(int size) {
        SessionId session = SessionId.random();
        StateSnapshot snapshot = snapshot(1, size);

        assertThat(port().save(session, snapshot, HOUR)).isTrue();

        assertThat(port().load(session).orElseThrow().equals(snapshot)).isTrue();
    }

    @Test
    default void save_theLargest_isTaken() {
        SessionId session = SessionId.random();
        int maximum = Math.toIntExact(port().maximumBytes());

        assertThat(port().save(session, new StateSnapshot(1, "f/1", NOON, new byte[maximum]), HOUR))
                .isTrue();
        assertThat(port().load(session).orElseThrow().size()).isEqualTo(maximum);
    }

    @Test
    default void save_oneByteTooMany_refusedAndOldRemains() {
        SessionId session = SessionId.random();
        StateSnapshot old = snapshot(1, 10);
        port().save(session, old, HOUR);
        int maximum = Math.toIntExact(port().maximumBytes());
        StateSnapshot tooLarge = new StateSnapshot(2, "f/1", NOON, new byte[maximum + 1]);

        assertThatThrownBy(() -> port().save(session, tooLarge, HOUR))
                .isInstanceOfSatisfying(
                        TooLargeException.class,
                        failure -> assertThat(failure.limit()).isEqualTo(maximum));
        assertThat(port().load(session)).contains(old);
    }

    @Test
    default void save_greaterVersion_replaces() {
        SessionId session = SessionId.random();
        port().save(session, snapshot(1, 1000), HOUR);
        StateSnapshot newer = new StateSnapshot(7, "другой/2", NOON.plusNanos(1), new byte[] {1});

        assertThat(port().save(session, newer, HOUR)).isTrue();
        assertThat(port().load(session)).contains(newer);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 4, 5})
    default void save_sameOrSmallerVersion_falseAndOldRemains(long version) {
        SessionId session = SessionId.random();
        StateSnapshot old = snapshot(5, 10);
        port().save(session, old, HOUR);

        assertThat(port().save(session, snapshot(version, 20), HOUR)).isFalse();
        assertThat(port().load(session)).contains(old);
    }

    @Test
    default void save_greatestVersion_isKept() {
        SessionId session = SessionId.random();
        StateSnapshot last = snapshot(Long.MAX_VALUE, 3);

        assertThat(port().save(session, last, HOUR)).isTrue();
        assertThat(port().load(session)).contains(last);
    }

    @Test
    default void delete_twice_isFineAndOthersRemain() {
        SessionId gone = SessionId.random();
        SessionId stays = SessionId.random();
        port().save(gone, snapshot(9, 10), HOUR);
        port().save(stays, snapshot(9, 20), HOUR);

        port().delete(gone);
        port().delete(gone);

        assertThat(port().load(gone)).isEmpty();
        assertThat(port().load(stays)).contains(snapshot(9, 20));
    }

    @Test
    default void save_afterDelete_anyVersionIsNew() {
        SessionId session = SessionId.random();
        port().save(session, snapshot(9, 10), HOUR);
        port().delete(session);

        assertThat(port().save(session, snapshot(1, 20), HOUR)).isTrue();
        assertThat(port().load(session)).contains(snapshot(1, 20));
    }

    @Test
    default void load_idsOfEveryLegalShape_areKeptApart() {
        List<String> ids = List.of("a", "A", "-", "_", "a.b", "a..", "a.b.c", "0".repeat(64), "Az09_-.");
        for (int i = 0; i < ids.size(); i++) {
            port().save(new SessionId(ids.get(i)), snapshot(i + 1, 100), HOUR);
        }

        for (int i = 0; i < ids.size(); i++) {
            assertThat(port().load(new SessionId(ids.get(i)))).contains(snapshot(i + 1, 100));
        }
    }

    @Test
    default void save_tenWritersAndTenReaders_readersSeeWholeValuesAndTheNewestWins()
            throws InterruptedException, ExecutionException {
        SessionId session = SessionId.random();
        AtomicLong versions = new AtomicLong(1);
        port().save(session, snapshot(1, 50_000), HOUR);
        List<Future<?>> tasks = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 10; i++) {
                tasks.add(threads.submit(() -> {
                    for (int round = 0; round < 10; round++) {
                        port().save(session, snapshot(versions.incrementAndGet(), 50_000), HOUR);
                    }
                }));
                tasks.add(threads.submit(() -> {
                    long seen = 0;
                    for (int round = 0; round < 20; round++) {
                        StateSnapshot loaded = port().load(session).orElseThrow();
                        assertThat(loaded.equals(snapshot(loaded.version(), 50_000)))
                                .as("bytes of one save")
                                .isTrue();
                        assertThat(loaded.version()).isGreaterThanOrEqualTo(seen);
                        seen = loaded.version();
                    }
                }));
            }
        }
        for (Future<?> task : tasks) {
            task.get();
        }

        assertThat(port().load(session).map(StateSnapshot::version)).isEqualTo(Optional.of(versions.get()));
    }

    /** A snapshot whose bytes follow from its version and size. */
    static StateSnapshot snapshot(long version, int size) {
        byte[] bytes = new byte[size];
        new Random(version).nextBytes(bytes);
        return new StateSnapshot(version, "cloudpickle/1", NOON, bytes);
    }
}

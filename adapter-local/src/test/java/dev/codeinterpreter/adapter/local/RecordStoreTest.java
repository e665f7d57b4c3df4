package dev.codeinterpreter.adapter.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.session.SessionId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.awaitility.Awaitility;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecordStoreTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @AfterEach
    void freeTheDisk() {
        FaultyDisk.FULL.set(false);
    }

    @Test
    void write_diskFull_unavailableAndNothingOfItStays() {
        try (RecordStore records = RecordStore.open(faultyFile(), TIMEOUT)) {
            LocalSessions sessions = new LocalSessions(records);
            SessionId kept = new SessionId("kept");
            SessionId refused = new SessionId("refused");
            sessions.save(Fixtures.session(kept));

            FaultyDisk.FULL.set(true);
            assertThatThrownBy(() -> sessions.save(Fixtures.session(refused))).isInstanceOf(UnavailableException.class);

            assertThat(sessions.find(refused)).isEmpty();
            assertThat(sessions.find(kept)).isPresent();
        }
    }

    @Test
    void write_diskFreeAgain_works() {
        try (RecordStore records = RecordStore.open(faultyFile(), TIMEOUT)) {
            LocalSessions sessions = new LocalSessions(records);
            FaultyDisk.FULL.set(true);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> sessions.save(Fixtures.session(new SessionId("refused"))))
                        .isInstanceOf(UnavailableException.class);
            }
            FaultyDisk.FULL.set(false);

            sessions.save(Fixtures.session(new SessionId("stored")));
        }
        try (RecordStore again = RecordStore.open(faultyFile(), TIMEOUT)) {
            assertThat(new LocalSessions(again).find(new SessionId("stored"))).isPresent();
            assertThat(new LocalSessions(again).find(new SessionId("refused"))).isEmpty();
        }
    }

    @Test
    void write_refusedByItself_othersOfTheBatchAreStored() {
        try (RecordStore records = RecordStore.open(faultyFile(), TIMEOUT)) {
            LocalSessions sessions = new LocalSessions(records);
            SessionId stored = new SessionId("stored");

            assertThatThrownBy(() -> records.write(_ -> {
                        throw new NotFoundException("Session", "s");
                    }))
                    .isInstanceOf(NotFoundException.class);
            sessions.save(Fixtures.session(stored));

            assertThat(sessions.find(stored)).isPresent();
        }
    }

    @Test
    void write_defectHalfWay_isTakenBackWhole() {
        try (RecordStore records = RecordStore.open(faultyFile(), TIMEOUT)) {
            assertThatThrownBy(() -> records.write(tables -> {
                        tables.sessions().put("half", new byte[] {1});
                        throw new IllegalStateException("a defect");
                    }))
                    .isInstanceOf(UnavailableException.class)
                    .hasRootCauseMessage("a defect");

            assertThat(holds(records, "half")).isFalse();
        }
    }

    @Test
    void write_noAnswerInTime_unavailableAndNotDoneLater() throws InterruptedException {
        try (RecordStore records = RecordStore.open(faultyFile(), Duration.ofMillis(50))) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            FutureTask<Boolean> holder = new FutureTask<>(() -> records.write(_ -> {
                begun.countDown();
                return await(release);
            }));
            Thread.ofVirtual().start(holder);
            begun.await();

            assertThatThrownBy(() -> records.write(tables -> tables.sessions().put("late", new byte[] {1}) == null))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("nothing was changed");
            assertThatThrownBy(holder::get)
                    .hasCauseInstanceOf(UnavailableException.class)
                    .hasMessageContaining("may still happen");
            release.countDown();

            Awaitility.await().ignoreExceptions().until(() -> records.write(_ -> true));
            assertThat(holds(records, "late")).isFalse();
        }
    }

    @Test
    void call_afterClose_unavailable() {
        RecordStore records = RecordStore.open(faultyFile(), TIMEOUT);
        records.close();
        records.close();

        assertThatThrownBy(() -> records.read(_ -> true))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> records.write(_ -> true))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void close_whileOthersWrite_eachWriteIsStoredOrRefused() throws InterruptedException {
        List<SessionId> confirmed = new ArrayList<>();
        RecordStore records = RecordStore.open(faultyFile(), TIMEOUT);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        SessionId id = SessionId.random();
                        new LocalSessions(records).save(Fixtures.session(id));
                        synchronized (confirmed) {
                            confirmed.add(id);
                        }
                    }
                } catch (UnavailableException closed) {
                    assertThat(closed.reason()).contains("closed");
                }
            }));
        }
        Awaitility.await().until(() -> {
            synchronized (confirmed) {
                return confirmed.size() > 50;
            }
        });
        records.close();
        for (Thread thread : threads) {
            assertThat(thread.join(TIMEOUT)).isTrue();
        }

        try (RecordStore again = RecordStore.open(faultyFile(), TIMEOUT)) {
            LocalSessions sessions = new LocalSessions(again);
            assertThat(confirmed).allSatisfy(id -> assertThat(sessions.find(id)).isPresent());
        }
    }

    @Test
    void open_formatOfALaterRelease_saysSo() {
        try (MVStore store = MVStore.open(directory.resolve("records.mv").toString())) {
            store.setStoreVersion(2);
        }

        assertThatThrownBy(() -> RecordStore.open(faultyFile(), TIMEOUT))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("format 2")
                .hasMessageContaining("newer");
    }

    private static boolean holds(RecordStore records, String session) {
        return records.read(tables -> tables.sessions().containsKey(session));
    }

    private String faultyFile() {
        return FaultyDisk.nameOf(directory.resolve("records.mv").toString());
    }

    private static boolean await(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts the writer", e);
        }
    }
}

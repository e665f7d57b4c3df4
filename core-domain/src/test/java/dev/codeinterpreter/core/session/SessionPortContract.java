package dev.codeinterpreter.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileScope;
import dev.codeinterpreter.core.file.StoredFile;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link SessionPort} does. */
public interface SessionPortContract {

    Instant NOON = Instant.parse("2026-11-25T12:00:00.123456789Z");

    /** The port under test: without sessions when a test begins, the same for each call within a test. */
    SessionPort port();

    @Test
    default void find_unknownSession_empty() {
        assertThat(port().find(SessionId.random())).isEmpty();
    }

    @Test
    default void find_savedSession_givesItWhole() {
        Session session = new Session(
                SessionId.random(),
                "owner \uD83D\uDE00 with a \ud800 half",
                Optional.of("użytkownik"),
                Optional.of(""),
                NOON,
                NOON.plusNanos(1));
        port().save(session);

        assertThat(port().find(session.id())).contains(session);
    }

    @Test
    default void find_idsOfEveryLegalShape_areKeptApart() {
        List<Session> sessions =
                List.of("a", "A", "-", "_", "a.b", "a..", "a-", "0".repeat(64), "0".repeat(63)).stream()
                        .map(id -> session(new SessionId(id), NOON.plusSeconds(id.length())))
                        .toList();
        sessions.forEach(port()::save);

        assertThat(sessions)
                .allSatisfy(session -> assertThat(port().find(session.id())).contains(session));
    }

    @Test
    default void save_sameId_replacesSessionAndKeepsFiles() {
        Session first = saved(NOON.plusSeconds(10));
        StoredFile file = file(first.id(), "a.txt", NOON);
        port().addFiles(List.of(file));

        Session second = session(first.id(), NOON.plusSeconds(500));
        port().save(second);

        assertThat(port().find(first.id())).contains(second);
        assertThat(port().files(first.id())).containsExactly(file);
    }

    @Test
    default void addFiles_none_isFine() {
        port().addFiles(List.of());
    }

    @Test
    default void addFiles_everyField_isGivenBack() {
        Session session = saved(NOON.plusSeconds(10));
        StoredFile file = new StoredFile(
                new FileId("f.1"),
                session.id(),
                new FileName("диаграмма/图表/चार्ट/ε.csv"),
                Long.MAX_VALUE,
                "0123456789abcdef".repeat(4),
                "text/csv; charset=utf-8",
                NOON,
                StoredFile.Origin.OUTPUT,
                true,
                new FileScope(
                        Optional.of("skill"), Optional.of("s".repeat(70_000)), Optional.of("3"), Optional.of("e")));
        port().addFiles(List.of(file));

        assertThat(port().file(session.id(), file.id())).contains(file);
        assertThat(port().files(session.id())).containsExactly(file);
    }

    @Test
    default void addFiles_oneOfAnUnknownSession_addsNone() {
        Session session = saved(NOON.plusSeconds(10));
        SessionId unknown = SessionId.random();

        assertThatThrownBy(() -> port().addFiles(List.of(file(session.id(), "a", NOON), file(unknown, "b", NOON))))
                .isInstanceOfSatisfying(NotFoundException.class, failure -> {
                    assertThat(failure.kind()).isEqualTo("Session");
                    assertThat(failure.id()).isEqualTo(unknown.value());
                });
        assertThat(port().files(session.id())).isEmpty();
        assertThat(port().files(unknown)).isEmpty();
    }

    @Test
    default void addFiles_ofSeveralSessions_eachHasItsOwn() {
        Session one = saved(NOON.plusSeconds(10));
        Session other = saved(NOON.plusSeconds(10));
        StoredFile ofOne = file(one.id(), "same.txt", NOON);
        StoredFile ofOther = file(other.id(), "same.txt", NOON);
        port().addFiles(List.of(ofOne, ofOther));

        assertThat(port().files(one.id())).containsExactly(ofOne);
        assertThat(port().files(other.id())).containsExactly(ofOther);
        assertThat(port().file(one.id(), ofOther.id())).isEmpty();
    }

    @Test
    default void addFiles_sameIdAgain_replacesRecord() {
        Session session = saved(NOON.plusSeconds(10));
        StoredFile first = file(session.id(), "a.txt", NOON);
        StoredFile between = file(session.id(), "b.txt", NOON);
        StoredFile second = withName(first, "c.txt");
        port().addFiles(List.of(first, between));
        port().addFiles(List.of(second));

        assertThat(port().file(session.id(), first.id())).contains(second);
        assertThat(port().files(session.id())).containsExactly(between, second);
    }

    @Test
    default void files_ofSessionsWhoseIdsBeginAlike_areKeptApart() {
        List<Session> sessions = List.of("s", "s-", "s.", "s0", "s_").stream()
                .map(id -> session(new SessionId(id), NOON.plusSeconds(1)))
                .toList();
        sessions.forEach(port()::save);
        sessions.forEach(session -> port().addFiles(List.of(file(session.id(), "x", NOON))));

        assertThat(sessions)
                .allSatisfy(session -> assertThat(port().files(session.id()))
                        .singleElement()
                        .extracting(StoredFile::session)
                        .isEqualTo(session.id()));
    }

    @Test
    default void files_severalInstants_oldestFirstThenAsAdded() {
        Session session = saved(NOON.plusSeconds(10));
        StoredFile late = file(session.id(), "late", NOON.plusNanos(1));
        StoredFile early = file(session.id(), "early", NOON.minusSeconds(1));
        List<StoredFile> together = IntStream.range(0, 20)
                .mapToObj(i -> file(session.id(), "f" + i, NOON))
                .toList();
        port().addFiles(List.of(late));
        port().addFiles(together.subList(0, 10));
        port().addFiles(List.of(early));
        port().addFiles(together.subList(10, 20));

        List<StoredFile> expected = new ArrayList<>(List.of(early));
        expected.addAll(together);
        expected.add(late);
        assertThat(port().files(session.id())).isEqualTo(expected);
    }

    @Test
    default void files_unknownSession_empty() {
        assertThat(port().files(SessionId.random())).isEmpty();
        assertThat(port().file(SessionId.random(), FileId.random())).isEmpty();
    }

    @Test
    default void removeFile_present_trueOnce() {
        Session session = saved(NOON.plusSeconds(10));
        StoredFile gone = file(session.id(), "gone", NOON);
        StoredFile stays = file(session.id(), "stays", NOON);
        port().addFiles(List.of(gone, stays));

        assertThat(port().removeFile(session.id(), gone.id())).isTrue();
        assertThat(port().removeFile(session.id(), gone.id())).isFalse();
        assertThat(port().file(session.id(), gone.id())).isEmpty();
        assertThat(port().files(session.id())).containsExactly(stays);
    }

    @Test
    default void delete_session_takesItsRecordsAndNoOthers() {
        Session gone = saved(NOON.plusSeconds(10));
        Session stays = saved(NOON.plusSeconds(10));
        StoredFile ofGone = file(gone.id(), "a", NOON);
        StoredFile ofStays = file(stays.id(), "b", NOON);
        port().addFiles(List.of(ofGone, ofStays));

        port().delete(gone.id());
        port().delete(gone.id());

        assertThat(port().find(gone.id())).isEmpty();
        assertThat(port().files(gone.id())).isEmpty();
        assertThat(port().file(gone.id(), ofGone.id())).isEmpty();
        assertThat(port().expired(NOON.plusSeconds(99), 10)).containsExactly(stays.id());
        assertThat(port().files(stays.id())).containsExactly(ofStays);
    }

    @Test
    default void save_afterDelete_startsWithoutFiles() {
        Session session = saved(NOON.plusSeconds(10));
        port().addFiles(List.of(file(session.id(), "a", NOON)));
        port().delete(session.id());
        port().save(session);

        assertThat(port().files(session.id())).isEmpty();
    }

    @Test
    default void expired_severalEnds_inOrderUpToNowAndLimit() {
        Session third = saved(NOON.plusSeconds(3));
        Session first = saved(NOON.plusSeconds(1));
        Session second = saved(NOON.plusSeconds(2));
        saved(NOON.plusSeconds(3).plusNanos(1));

        assertThat(port().expired(NOON.plusSeconds(3), 10)).containsExactly(first.id(), second.id(), third.id());
        assertThat(port().expired(NOON.plusSeconds(3), 2)).containsExactly(first.id(), second.id());
        assertThat(port().expired(NOON, 10)).isEmpty();
        assertThat(port().find(first.id())).contains(first);
    }

    @Test
    default void expired_oneInstant_inOrderOfIds() {
        List.of("b", "-", "a", "B").forEach(id -> port().save(session(new SessionId(id), NOON.plusSeconds(1))));

        assertThat(port().expired(NOON.plusSeconds(1), 3))
                .extracting(SessionId::value)
                .containsExactly("-", "B", "a");
    }

    @Test
    default void expired_savedWithLaterEnd_countsTheLastOne() {
        Session session = saved(NOON.plusSeconds(1));
        port().save(session(session.id(), NOON.plusSeconds(100)));

        assertThat(port().expired(NOON.plusSeconds(50), 10)).isEmpty();
        assertThat(port().expired(NOON.plusSeconds(100), 10)).containsExactly(session.id());
    }

    @Test
    default void addFiles_byManyThreads_losesNoneAndIsSeenWhole() throws InterruptedException, ExecutionException {
        Session session = saved(NOON.plusSeconds(10));
        int writers = 10;
        int rounds = 20;

        List<Future<?>> tasks = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int writer = 0; writer < writers; writer++) {
                String name = "w" + writer;
                tasks.add(threads.submit(() -> IntStream.range(0, rounds)
                        .forEach(round -> port().addFiles(List.of(
                                file(session.id(), name + "/" + round + "/a", NOON),
                                file(session.id(), name + "/" + round + "/b", NOON))))));
                tasks.add(threads.submit(() -> IntStream.range(0, rounds)
                        .forEach(_ -> assertThat(port().files(session.id()).size() % 2)
                                .as("records of one call, in pairs")
                                .isZero())));
            }
        }
        for (Future<?> task : tasks) {
            task.get();
        }

        assertThat(port().files(session.id()))
                .extracting(StoredFile::id)
                .hasSize(writers * rounds * 2)
                .doesNotHaveDuplicates();
    }

    private Session saved(Instant end) {
        Session session = session(SessionId.random(), end);
        port().save(session);
        return session;
    }

    private static Session session(SessionId id, Instant end) {
        return new Session(id, "owner", Optional.empty(), Optional.of("agent"), NOON.minus(Duration.ofDays(1)), end);
    }

    private static StoredFile file(SessionId session, String name, Instant createdAt) {
        return new StoredFile(
                FileId.random(),
                session,
                new FileName(name),
                3,
                "a".repeat(64),
                "text/plain",
                createdAt,
                StoredFile.Origin.UPLOAD,
                false,
                FileScope.NONE);
    }

    private static StoredFile withName(StoredFile file, String name) {
        return new StoredFile(
                file.id(),
                file.session(),
                new FileName(name),
                file.size(),
                file.sha256(),
                file.contentType(),
                file.createdAt(),
                file.origin(),
                file.readOnly(),
                file.scope());
    }
}

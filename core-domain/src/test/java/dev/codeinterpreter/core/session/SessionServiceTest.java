package dev.codeinterpreter.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.clock.HandMovedClock;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.BlobKey;
import dev.codeinterpreter.core.file.BreakableFileStore;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.InMemoryFileStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SessionServiceTest {

    private static final Duration DAY = Duration.ofHours(24);
    private static final Caller ANNE = new Caller("anne", Optional.of("u-1"));
    private static final Caller BERT = new Caller("bert", Optional.of("u-1"));

    private final HandMovedClock clock = new HandMovedClock();
    private final InMemorySessions port = new InMemorySessions();
    private final BreakableFileStore files = new BreakableFileStore(new InMemoryFileStore());
    private final SessionService sessions = new SessionService(port, DAY, clock);

    @Test
    void create_caller_isStoredWithOwnerAndEnd() {
        Session session = sessions.create(ANNE, Optional.of("agent"));

        assertThat(port.find(session.id())).contains(session);
        assertThat(session)
                .isEqualTo(new Session(
                        session.id(),
                        "anne",
                        Optional.of("u-1"),
                        Optional.of("agent"),
                        HandMovedClock.NOON,
                        HandMovedClock.NOON.plus(DAY)));
    }

    @Test
    void find_ownSession_untilItsEnd() {
        Session session = sessions.create(ANNE, Optional.empty());

        clock.advance(DAY.minusNanos(1));
        assertThat(sessions.find(ANNE, session.id())).contains(session);
        clock.advance(Duration.ofNanos(1));
        assertThat(sessions.find(ANNE, session.id())).isEmpty();
    }

    @Test
    void find_foreignOrUnknownSession_empty() {
        Session session = sessions.create(ANNE, Optional.empty());

        assertThat(sessions.find(BERT, session.id())).isEmpty();
        assertThat(sessions.find(ANNE, SessionId.random())).isEmpty();
    }

    @Test
    void find_ownSessionOfAnotherUser_isFound() {
        Session session = sessions.create(ANNE, Optional.empty());

        assertThat(sessions.find(new Caller("anne", Optional.empty()), session.id()))
                .contains(session);
    }

    @Test
    void renew_youngSession_staysAsItIs() {
        Session session = sessions.create(ANNE, Optional.empty());

        clock.advance(Duration.ofHours(1));
        sessions.renew(session);

        assertThat(port.find(session.id())).contains(session);
    }

    @Test
    void renew_olderSession_livesAsLongAsANewOne() {
        Session session = sessions.create(ANNE, Optional.empty());

        clock.advance(Duration.ofMinutes(61));
        sessions.renew(session);

        assertThat(port.find(session.id())).get().satisfies(renewed -> {
            assertThat(renewed.createdAt()).isEqualTo(session.createdAt());
            assertThat(renewed.expiresAt()).isEqualTo(clock.instant().plus(DAY));
            assertThat(renewed.owner()).isEqualTo("anne");
        });
    }

    @Test
    void sweep_expiredSessions_removesBytesAndRecords() throws IOException {
        Session old = sessions.create(ANNE, Optional.empty());
        BlobKey key = store(old);
        clock.advance(DAY.minusMinutes(1));
        Session young = sessions.create(ANNE, Optional.empty());
        BlobKey youngKey = store(young);
        clock.advance(Duration.ofMinutes(1));

        assertThat(sessions.sweep(files)).isEqualTo(1);

        assertThat(port.find(old.id())).isEmpty();
        assertThat(files.read(key)).isEmpty();
        assertThat(port.find(young.id())).isPresent();
        assertThat(files.read(youngKey)).isPresent();
        assertThat(sessions.sweep(files)).isZero();
    }

    @Test
    void sweep_manyExpired_removesSomeAtATime() {
        for (int i = 0; i < SessionService.SWEEP_LIMIT + 3; i++) {
            sessions.create(ANNE, Optional.empty());
        }
        clock.advance(DAY);

        assertThat(sessions.sweep(files)).isEqualTo(SessionService.SWEEP_LIMIT);
        assertThat(sessions.sweep(files)).isEqualTo(3);
        assertThat(sessions.sweep(files)).isZero();
    }

    @Test
    void sweep_storeBroken_keepsTheRecordsForTheNextOne() throws IOException {
        Session old = sessions.create(ANNE, Optional.empty());
        BlobKey key = store(old);
        sessions.create(ANNE, Optional.empty());
        clock.advance(DAY);
        files.breakAfterWrites(0);

        assertThatThrownBy(() -> sessions.sweep(files))
                .isInstanceOf(UnavailableException.class)
                .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));

        assertThat(port.find(old.id())).isPresent();
        files.repair();
        assertThat(sessions.sweep(files)).isEqualTo(2);
        assertThat(files.read(key)).isEmpty();
    }

    @Test
    void service_shortTimeToLive_refused() {
        assertThatThrownBy(() -> new SessionService(port, Duration.ofSeconds(59), clock))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refusal -> assertThat(refusal.field()).isEqualTo("timeToLive"));
    }

    @Test
    void session_endNotAfterItsBeginning_refused() {
        assertThatThrownBy(() -> new Session(
                        SessionId.random(),
                        "anne",
                        Optional.empty(),
                        Optional.empty(),
                        HandMovedClock.NOON,
                        HandMovedClock.NOON))
                .isInstanceOf(InvalidRequestException.class);
    }

    private BlobKey store(Session session) throws IOException {
        BlobKey key = BlobKey.ofFile(session.id(), FileId.random());
        files.write(key, new ByteArrayInputStream(new byte[3]), 10);
        return key;
    }
}

package dev.codeinterpreter.adapter.redis;

import static dev.codeinterpreter.adapter.redis.Fixtures.session;
import static dev.codeinterpreter.adapter.redis.Fixtures.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.backend.TcpProxy;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.state.StateSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is told when Redis refuses, is slow, or the connection is cut. */
final class RedisFaultsTest {

    @RegisterExtension
    static final RedisServer REDIS = RedisServer.with();

    private static final Duration HOUR = Duration.ofHours(1);

    @AfterEach
    void repair() {
        REDIS.command("CONFIG SET maxmemory 0");
        REDIS.command("REPLICAOF NO ONE");
        REDIS.command("CONFIG SET requirepass \"\"");
    }

    @Test
    void calls_wrongPassword_toldWithoutShowingIt() {
        try (RedisStorage storage = RedisStorage.open(
                REDIS.settings().withCredentials(Optional.of("alice"), Optional.of("wrong-secret")))) {
            assertThatThrownBy(storage::check)
                    .isInstanceOfSatisfying(
                            UnavailableException.class,
                            failure -> assertThat(failure.dependency()).isEqualTo("redis"))
                    .hasMessage("Redis refuses the user name or the password")
                    .hasMessageNotContaining("wrong-secret");
        }
    }

    @Test
    void calls_passwordMissing_told() {
        REDIS.command("CONFIG SET requirepass secret");
        try (RedisStorage storage = RedisStorage.open(REDIS.settings())) {
            assertThatThrownBy(storage::check).hasMessage("Redis refuses the user name or the password");
        } finally {
            try (RedisStorage storage =
                    RedisStorage.open(REDIS.settings().withCredentials(Optional.empty(), Optional.of("secret")))) {
                storage.check();
                storage.sessions().save(session());
            }
            withPassword("CONFIG SET requirepass \"\"");
        }
    }

    @Test
    void calls_userOfTheAccessControlList_worksWithinItsRights() {
        RedisSettings settings = REDIS.settings();
        REDIS.command(
                "ACL SETUSER worker on >worker-secret ~" + settings.keyPrefix() + "* +@all -@dangerous -flushall");
        try (RedisStorage storage =
                RedisStorage.open(settings.withCredentials(Optional.of("worker"), Optional.of("worker-secret")))) {
            Session session = session();
            storage.sessions().save(session);
            storage.states().save(session.id(), snapshot(1, 10), HOUR);

            assertThat(storage.sessions().find(session.id())).contains(session);
            assertThat(storage.states().load(session.id())).contains(snapshot(1, 10));
        }
        try (RedisStorage elsewhere = RedisStorage.open(
                REDIS.settings().withCredentials(Optional.of("worker"), Optional.of("worker-secret")))) {
            assertThatThrownBy(() -> elsewhere.sessions().find(SessionId.random()))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("does not let this user");
        }
    }

    @Test
    void calls_memoryFull_writesToldReadsAndDeletesWork() {
        try (RedisStorage storage = RedisStorage.open(REDIS.settings())) {
            Session session = session();
            storage.sessions().save(session);
            storage.states().save(session.id(), snapshot(1, 100), HOUR);
            REDIS.command("CONFIG SET maxmemory 1mb");

            assertThatThrownBy(() -> storage.states().save(session.id(), snapshot(2, 100), HOUR))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("out of memory");
            assertThatThrownBy(() -> storage.sessions().save(session()))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("out of memory");
            assertThatThrownBy(() -> storage.sessions().addFiles(List.of(Fixtures.file(session.id(), "a"))))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("out of memory");
            assertThat(storage.states().load(session.id())).contains(snapshot(1, 100));
            assertThat(storage.sessions().files(session.id())).isEmpty();
            storage.states().delete(session.id());

            REDIS.command("CONFIG SET maxmemory 0");
            assertThat(storage.states().save(session.id(), snapshot(3, 100), HOUR))
                    .isTrue();
        }
    }

    @Test
    void calls_replica_writesToldReadsWork() {
        try (RedisStorage storage = RedisStorage.open(REDIS.settings())) {
            Session session = session();
            storage.sessions().save(session);
            REDIS.command("REPLICAOF 127.0.0.1 1");

            assertThat(storage.sessions().find(session.id())).contains(session);
            assertThatThrownBy(() -> storage.sessions().save(session()))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("read-only");
            assertThatThrownBy(() -> storage.states().save(session.id(), snapshot(1, 10), HOUR))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("read-only");
            assertThatThrownBy(() -> storage.sessions().delete(session.id()))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("read-only");
        }
    }

    @Test
    void calls_slowerThanTheTimeOut_unavailableAndNotRepeated() {
        try (TcpProxy proxy = TcpProxy.to(REDIS.port());
                RedisStorage storage = RedisStorage.open(RedisServer.settingsFor(proxy.port()))) {
            storage.check();
            int before = proxy.roundTrips();
            proxy.delay(Duration.ofSeconds(2));

            assertThatThrownBy(() -> storage.sessions().find(SessionId.random()))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("in time");
            assertThat(proxy.roundTrips() - before).isOne();

            proxy.delay(Duration.ZERO);
            storage.check();
        }
    }

    @Test
    void save_connectionCutAfterRedisHadIt_repeatedAndStillTrue() {
        try (TcpProxy proxy = TcpProxy.to(REDIS.port());
                RedisStorage storage = RedisStorage.open(RedisServer.settingsFor(proxy.port()))) {
            SessionId session = SessionId.random();
            storage.check();
            proxy.cutAnswersAfter(0);

            assertThat(storage.states().save(session, snapshot(5, 1000), HOUR)).isTrue();
            assertThat(storage.states().load(session)).contains(snapshot(5, 1000));
            assertThat(proxy.connections()).isEqualTo(2);
        }
    }

    @Test
    void save_connectionCutHalfWay_repeatedAndWhole() {
        try (TcpProxy proxy = TcpProxy.to(REDIS.port());
                RedisStorage storage = RedisStorage.open(RedisServer.settingsFor(proxy.port()))) {
            SessionId session = SessionId.random();
            StateSnapshot old = snapshot(1, 500_000);
            storage.states().save(session, old, HOUR);
            proxy.cutRequestsAfter(300_000);

            assertThat(storage.states().save(session, snapshot(2, 500_000), HOUR))
                    .isTrue();
            assertThat(storage.states().load(session)).contains(snapshot(2, 500_000));
        }
    }

    @Test
    void removeFile_connectionCutAfterRedisHadIt_unavailableRatherThanAWrongAnswer() {
        try (TcpProxy proxy = TcpProxy.to(REDIS.port());
                RedisStorage storage = RedisStorage.open(RedisServer.settingsFor(proxy.port()))) {
            Session session = session();
            var file = Fixtures.file(session.id(), "a");
            storage.sessions().save(session);
            storage.sessions().addFiles(List.of(file));
            proxy.cutAnswersAfter(0);

            assertThatThrownBy(() -> storage.sessions().removeFile(session.id(), file.id()))
                    .isInstanceOf(UnavailableException.class);
            assertThat(storage.sessions().files(session.id())).isEmpty();
        }
    }

    @Test
    void calls_interrupted_doTheirWorkAndStayInterrupted() throws InterruptedException, ExecutionException {
        List<Future<Boolean>> tasks = new ArrayList<>();
        try (RedisStorage storage = RedisStorage.open(REDIS.settings());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                tasks.add(threads.submit(() -> {
                    Session session = session();
                    Thread.currentThread().interrupt();
                    storage.sessions().save(session);
                    boolean there = storage.sessions().find(session.id()).isPresent();
                    return there && Thread.interrupted();
                }));
            }
            for (Future<Boolean> task : tasks) {
                assertThat(task.get()).isTrue();
            }
        }
    }

    @Test
    void open_nobodyThere_checkTellsAndOpenDoesNot() {
        try (RedisStorage storage = RedisStorage.open(RedisServer.settingsFor(1))) {
            assertThatThrownBy(storage::check)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage("Redis cannot be reached");
        }
    }

    private static void withPassword(String command) {
        assertThat(REDIS.commands("AUTH secret", command)).startsWith("+OK");
    }
}

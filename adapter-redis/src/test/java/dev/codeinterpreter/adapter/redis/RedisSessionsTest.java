package dev.codeinterpreter.adapter.redis;

import static dev.codeinterpreter.adapter.redis.Fixtures.file;
import static dev.codeinterpreter.adapter.redis.Fixtures.session;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.backend.BrokenBackendContract;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.session.SessionPort;
import dev.codeinterpreter.core.session.SessionPortContract;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class RedisSessionsTest implements SessionPortContract, BrokenBackendContract {

    @RegisterExtension
    static final RedisServer REDIS = RedisServer.with();

    private RedisSettings settings;
    private RedisStorage storage;

    @BeforeEach
    void open() {
        settings = REDIS.settings();
        storage = RedisStorage.open(settings);
    }

    @AfterEach
    @Override
    public void close() {
        storage.close();
    }

    @Override
    public SessionPort port() {
        return storage.sessions();
    }

    @Override
    public Map<String, Call> calls() {
        Map<String, Call> calls = new LinkedHashMap<>();
        Session session = session();
        calls.put("save", () -> port().save(session));
        calls.put("find", () -> port().find(session.id()));
        calls.put("addFiles", () -> {
            Session own = session();
            port().save(own);
            port().addFiles(List.of(file(own.id(), "a")));
        });
        calls.put("file", () -> port().file(session.id(), new FileId("f")));
        calls.put("files", () -> port().files(session.id()));
        calls.put("removeFile", () -> port().removeFile(session.id(), new FileId("f")));
        calls.put("expired", () -> port().expired(Instant.now(), 10));
        calls.put("delete", () -> port().delete(session.id()));
        return calls;
    }

    @Override
    public Duration deadline() {
        return Duration.ofSeconds(3);
    }

    @Override
    public Backend backend() {
        return REDIS;
    }

    @Override
    public List<String> threadNames() {
        return List.of("redis-");
    }

    @Test
    void save_anySession_everyKeyHasATimeToLiveBeyondItsEnd() {
        Instant end = Instant.now().plusSeconds(1000);
        Session session = session(SessionId.random(), end);
        port().save(session);
        port().addFiles(List.of(file(session.id(), "a"), file(session.id(), "b")));

        long atLeast = RedisSessions.GRACE.toMillis() + 990_000;
        for (String key : List.of("session:" + session.id(), "session-ends", "session-end-of")) {
            assertThat(timeToLive(key)).as(key).isBetween(atLeast, atLeast + 11_000);
        }
    }

    @Test
    void save_sessionThatEndsSooner_indexStaysAsLongAsTheOthersNeedIt() {
        port().save(session(SessionId.random(), Instant.now().plusSeconds(100_000)));
        Session sooner = session(SessionId.random(), Instant.now().plusSeconds(10));
        port().save(sooner);

        long grace = RedisSessions.GRACE.toMillis();
        assertThat(timeToLive("session:" + sooner.id())).isLessThan(grace + 20_000);
        assertThat(timeToLive("session-ends")).isGreaterThan(grace + 90_000_000);
        assertThat(timeToLive("session-end-of")).isGreaterThan(grace + 90_000_000);
    }

    @Test
    void delete_sessionThatRedisLetGoOf_leavesTheIndex() {
        Instant end = Instant.now().minusSeconds(10);
        Session session = session(SessionId.random(), end);
        port().save(session);
        REDIS.command("DEL " + settings.keyPrefix() + "session:" + session.id());

        assertThat(port().expired(Instant.now(), 10)).containsExactly(session.id());
        port().delete(session.id());
        assertThat(port().expired(Instant.now(), 10)).isEmpty();
        assertThat(REDIS.command("EXISTS " + settings.keyPrefix() + "session-end-of"))
                .isEqualTo(":0");
    }

    @Test
    void find_otherPrefix_empty() {
        Session session = session();
        port().save(session);

        try (RedisStorage other = RedisStorage.open(REDIS.settings())) {
            assertThat(other.sessions().find(session.id())).isEmpty();
            assertThat(other.sessions().expired(Instant.MAX, 10)).isEmpty();
        }
    }

    @Test
    void save_endsAtTheEdgesOfTime_areKeptAndOrdered() {
        Session last = session(new SessionId("last"), Instant.MAX);
        Session first = new Session(
                new SessionId("first"),
                "owner",
                Optional.empty(),
                Optional.empty(),
                Instant.MIN,
                Instant.MIN.plusNanos(1));
        port().save(last);
        port().save(first);

        assertThat(port().find(last.id())).contains(last);
        assertThat(port().find(first.id())).contains(first);
        assertThat(port().expired(Instant.MAX, 10)).containsExactly(first.id(), last.id());
        assertThat(port().expired(Instant.EPOCH, 10)).containsExactly(first.id());
    }

    private long timeToLive(String key) {
        return Long.parseLong(
                REDIS.command("PTTL " + settings.keyPrefix() + key).substring(1));
    }
}

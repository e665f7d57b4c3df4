package dev.codeinterpreter.adapter.redis;

import static dev.codeinterpreter.adapter.redis.Fixtures.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.backend.BrokenBackendContract;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.state.ExpiringStateContract;
import dev.codeinterpreter.core.state.StatePort;
import dev.codeinterpreter.core.state.StatePortContract;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class RedisStatesTest implements StatePortContract, ExpiringStateContract, BrokenBackendContract {

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
    public StatePort port() {
        return storage.states();
    }

    /** Redis judges by its own clock, which cannot be moved; so every key gets nearer to its end instead. */
    @Override
    public void letPass(Duration time) {
        String answer = REDIS.command(
                "EVAL \"for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do local left = redis.call('PTTL', key) - ARGV[2]"
                        + " if left > 0 then redis.call('PEXPIRE', key, left) else redis.call('DEL', key) end end return 'done'\" 0 "
                        + settings.keyPrefix() + " " + time.toMillis());
        assertThat(answer).startsWith("$");
    }

    @Override
    public Map<String, Call> calls() {
        Map<String, Call> calls = new LinkedHashMap<>();
        SessionId session = SessionId.random();
        calls.put("save", () -> port().save(session, snapshot(1, 1000), HOUR));
        calls.put("save 12 MB", () -> port().save(SessionId.random(), snapshot(1, TWELVE_MEGABYTES), HOUR));
        calls.put("load", () -> port().load(session));
        calls.put("delete", () -> port().delete(session));
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
    void save_replacesAndRefuses_leavesOneKeyWithATimeToLive() {
        SessionId session = SessionId.random();
        port().save(session, snapshot(2, 10), HOUR);
        port().save(session, snapshot(3, 10), HOUR);
        port().save(session, snapshot(1, 10), HOUR);

        assertThat(REDIS.command("EVAL \"return #redis.call('KEYS', ARGV[1] .. '*')\" 0 " + settings.keyPrefix()))
                .isEqualTo(":1");
        assertThat(Long.parseLong(REDIS.command("PTTL " + settings.keyPrefix() + "state:" + session)
                        .substring(1)))
                .isBetween(3_500_000L, 3_600_000L);
    }

    @Test
    void save_timeToLiveOfLessThanASecond_refused() {
        assertThatThrownBy(() -> port().save(SessionId.random(), snapshot(1, 1), Duration.ofMillis(999)))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        failure -> assertThat(failure.field()).isEqualTo("timeToLive"));
    }

    @Test
    void load_formatOfANewerRelease_unavailableAndNothingInvented() {
        SessionId session = SessionId.random();
        REDIS.command("HSET " + settings.keyPrefix() + "state:" + session + " v 1 w x h \"\\x02abc\" b 123");

        assertThatThrownBy(() -> port().load(session))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("format 2");
        port().delete(session);
        assertThat(port().load(session)).isEmpty();
    }

    @Test
    void load_bytesMissing_unavailable() {
        SessionId session = SessionId.random();
        port().save(session, snapshot(1, 10), HOUR);
        REDIS.command("HSET " + settings.keyPrefix() + "state:" + session + " b 123");

        assertThatThrownBy(() -> port().load(session))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("damaged");
    }
}

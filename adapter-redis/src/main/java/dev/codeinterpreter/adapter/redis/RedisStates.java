package dev.codeinterpreter.adapter.redis;

import static dev.codeinterpreter.adapter.redis.RedisKeys.bytes;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.state.StatePort;
import dev.codeinterpreter.core.state.StateSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.Response;

/**
 * Interpreter states in Redis, one hash per session. A new one is sent under a name of its own, then takes the place of the old
 * one if it is newer, all in one round trip; the bytes never pass through a script, which would copy them.
 */
final class RedisStates implements StatePort {

    /**
     * Keys: the new state, the state. Arguments: version, id of the write, time to live in ms. A write that was repeated because
     * its answer was lost finds itself.
     */
    private static final byte[] REPLACE = bytes("""
            if redis.call('EXISTS', KEYS[1]) == 0 then
              return redis.error_reply('ERR the new state was not taken')
            end
            local old = redis.call('HMGET', KEYS[2], 'v', 'w')
            if old[1] and old[1] >= ARGV[1] then
              redis.call('UNLINK', KEYS[1])
              return (old[1] == ARGV[1] and old[2] == ARGV[2]) and 1 or 0
            end
            redis.call('UNLINK', KEYS[2])
            redis.call('RENAME', KEYS[1], KEYS[2])
            redis.call('PEXPIRE', KEYS[2], ARGV[3])
            return 1""");

    /** How long a state that is being sent lies there when its sender has died. */
    private static final long SENDING_MILLISECONDS = 60_000;

    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final RedisCalls calls;
    private final RedisKeys keys;
    private final int maximumBytes;

    RedisStates(RedisCalls calls, RedisKeys keys, int maximumBytes) {
        this.calls = calls;
        this.keys = keys;
        this.maximumBytes = maximumBytes;
    }

    @Override
    public long maximumBytes() {
        return maximumBytes;
    }

    @Override
    public boolean save(SessionId session, StateSnapshot snapshot, Duration timeToLive) {
        if (snapshot.size() > maximumBytes) {
            throw new TooLargeException("state", maximumBytes, "bytes");
        }
        if (timeToLive.compareTo(SHORTEST) < 0) {
            throw new InvalidRequestException(
                    "timeToLive", "out_of_range", "timeToLive must be at least one second, it is " + timeToLive);
        }
        String write = RedisKeys.newWrite();
        byte[] version = bytes("%019d".formatted(snapshot.version()));
        byte[] sent = keys.newState(write);
        Map<byte[], byte[]> fields = Map.of(
                RedisKeys.VERSION, version,
                RedisKeys.WRITE, bytes(write),
                RedisKeys.HEADER, RedisFormat.encodeHeader(snapshot),
                RedisKeys.CONTENT, snapshot.bytes());
        return calls.call(snapshot.size(), pipeline -> {
            Response<Long> stored = pipeline.hset(sent, fields);
            pipeline.pexpire(sent, SENDING_MILLISECONDS);
            Response<Object> replaced = pipeline.eval(
                    REPLACE,
                    List.of(sent, keys.state(session)),
                    List.of(version, bytes(write), bytes(Long.toString(timeToLive.toMillis()))));
            return () -> {
                stored.get(); // tells what was wrong first
                return replaced.get().equals(1L);
            };
        });
    }

    @Override
    public Optional<StateSnapshot> load(SessionId session) {
        List<byte[]> fields = calls.call(
                maximumBytes, pipeline -> pipeline.hmget(keys.state(session), RedisKeys.HEADER, RedisKeys.CONTENT));
        byte[] header = fields.get(0);
        byte[] content = fields.get(1);
        return header == null || content == null
                ? Optional.empty()
                : Optional.of(RedisFormat.decodeSnapshot(header, content));
    }

    @Override
    public void delete(SessionId session) {
        calls.call(pipeline -> pipeline.unlink(keys.state(session)));
    }
}

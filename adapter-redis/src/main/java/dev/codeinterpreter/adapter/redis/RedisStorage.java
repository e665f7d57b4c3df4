package dev.codeinterpreter.adapter.redis;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.session.SessionLockPort;
import dev.codeinterpreter.core.session.SessionPort;
import dev.codeinterpreter.core.state.StatePort;
import redis.clients.jedis.Protocol;

/**
 * Sessions, their locks and interpreter states in Redis, shared by all processes that use the same server, database and key prefix. Every call
 * of a port is one round trip, and ends within the time-outs of {@link RedisSettings}: with {@link UnavailableException} when
 * Redis does not do its part. Calls work again as soon as Redis does. Safe for use by many threads.
 *
 * <p>What is there after a crash of Redis itself is decided by how Redis is set up to write to disk.
 */
public final class RedisStorage implements AutoCloseable {

    private static final String[] NO_ARGUMENTS = {};

    private final RedisCalls calls;
    private final RedisSessions sessions;
    private final RedisStates states;
    private final RedisSessionLocks locks;

    private RedisStorage(RedisCalls calls, RedisSettings settings) {
        this.calls = calls;
        RedisKeys keys = new RedisKeys(settings.keyPrefix());
        sessions = new RedisSessions(calls, keys);
        states = new RedisStates(calls, keys, settings.maximumStateBytes());
        locks = new RedisSessionLocks(calls, keys, RedisSessionLocks.LEASE);
    }

    /**
     * Storage in the Redis of these settings. Connects when it is first used: {@link #check()} tells whether it can.
     *
     * @throws InvalidRequestException field {@code trustedCertificates}, when the file cannot be read or holds no certificate
     */
    public static RedisStorage open(RedisSettings settings) {
        return new RedisStorage(new RedisCalls(settings), settings);
    }

    /** Sessions and the records of their files. */
    public SessionPort sessions() {
        return sessions;
    }

    /** Interpreter states. */
    public StatePort states() {
        return states;
    }

    /** Locks of sessions. Those of a process that dies end after 30 seconds. */
    public SessionLockPort locks() {
        return locks;
    }

    /**
     * Asks Redis for a sign of life.
     *
     * @throws UnavailableException when there is none in time, or the credentials are refused
     */
    public void check() {
        calls.call(pipeline -> pipeline.sendCommand(Protocol.Command.PING, NO_ARGUMENTS));
    }

    /** Closes all connections. Calls of the ports fail from then on. Further calls do nothing. */
    @Override
    public void close() {
        locks.close();
        calls.close();
    }
}

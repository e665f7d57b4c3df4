package dev.codeinterpreter.adapter.redis;

import dev.codeinterpreter.core.failure.UnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Connections that are kept for the next call, so many at the most. The driver's own pool replaces a broken connection while the
 * caller waits, which makes each failure take twice its time. Safe for use by many threads.
 */
final class RedisConnections implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RedisConnections.class);

    /** What lay idle longer may have been forgotten by something on the way. */
    private static final Duration LONGEST_IDLE = Duration.ofMinutes(1);

    private final HostAndPort address;
    private final JedisClientConfig config;
    private final Duration patience;
    private final int maximum;
    private final Semaphore permits;
    private final Deque<Idle> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    /**
     * No connection yet.
     *
     * @param maximum how many at the same time
     * @param patience how long to wait when all are in use
     */
    RedisConnections(HostAndPort address, JedisClientConfig config, int maximum, Duration patience) {
        this.address = address;
        this.config = config;
        this.maximum = maximum;
        this.patience = patience;
        permits = new Semaphore(maximum, true);
    }

    /**
     * A connection for the caller alone, the one that was used last or a new one.
     *
     * @throws UnavailableException when none was free in time
     * @throws JedisException when a new one cannot be made
     */
    Connection take() {
        acquire();
        Connection connection = null;
        try {
            connection = usable();
            if (connection == null) {
                connection = new Connection(address, config);
            }
            return connection;
        } finally {
            if (connection == null) {
                permits.release();
            }
        }
    }

    /** Gives a connection back; a broken one is thrown away. */
    void giveBack(Connection connection) {
        if (connection.isBroken() || closed) {
            disconnect(connection);
        } else {
            idle.addFirst(new Idle(connection, System.nanoTime()));
            if (closed) {
                clear();
            }
        }
        permits.release();
    }

    /** Throws away all that nobody uses. */
    void clear() {
        Idle found;
        while ((found = idle.poll()) != null) {
            disconnect(found.connection());
        }
    }

    /** Throws away all that nobody uses, and what is given back. */
    @Override
    public void close() {
        closed = true;
        clear();
    }

    private @Nullable Connection usable() {
        Idle found;
        while ((found = idle.poll()) != null) {
            if (System.nanoTime() - found.since() < LONGEST_IDLE.toNanos()) {
                return found.connection();
            }
            disconnect(found.connection());
        }
        return null;
    }

    private void acquire() {
        long deadline = System.nanoTime() + patience.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (permits.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        return;
                    }
                    throw new UnavailableException(
                            RedisCalls.DEPENDENCY,
                            "All " + maximum + " connections to Redis were in use for " + patience.toMillis() + " ms");
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void disconnect(Connection connection) {
        try {
            connection.forceDisconnect();
        } catch (IOException | JedisException e) {
            LOG.atDebug().setCause(e).log("A connection to Redis was thrown away");
        }
    }

    private record Idle(Connection connection, long since) {}
}

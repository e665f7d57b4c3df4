package dev.codeinterpreter.adapter.redis;

import dev.codeinterpreter.core.failure.UnavailableException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Sends units of work, each in one round trip, and translates what goes wrong. Every unit has a deadline: the driver bounds
 * connecting and waiting for an answer, a watchdog what it does not bound, a server that takes no more bytes.
 *
 * <p>An interrupt does not cut a unit short, which is bounded anyway, and remains set.
 */
final class RedisCalls implements AutoCloseable {

    static final String DEPENDENCY = "redis";

    private static final Logger LOG = LoggerFactory.getLogger(RedisCalls.class);
    private static final long BYTES_PER_SECOND = 16 << 20;

    private final RedisSettings settings;
    private final RedisConnections connections;
    private final ScheduledThreadPoolExecutor watchdog;
    private volatile boolean closed;

    RedisCalls(RedisSettings settings) {
        this.settings = settings;
        connections = new RedisConnections(
                new HostAndPort(settings.host(), settings.port()),
                clientConfig(settings),
                settings.maximumConnections(),
                settings.connectTimeout());
        watchdog = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("redis-watchdog").daemon().factory());
        watchdog.setRemoveOnCancelPolicy(true);
    }

    /**
     * Sends commands whose repetition changes nothing, once more when the connection turns out to have been closed: after a
     * restart of Redis every connection in the pool is.
     *
     * @param queue puts commands into the pipeline, and says how to take their answers
     * @throws UnavailableException when Redis did not answer in time or refused
     */
    <T> T call(Function<Pipeline, Supplier<T>> queue) {
        return call(0, queue);
    }

    /**
     * Sends commands as {@link #call(Function)} does.
     *
     * @param bytes that are sent or received, which take their time
     */
    <T> T call(long bytes, Function<Pipeline, Supplier<T>> queue) {
        return uninterrupted(() -> {
            try {
                return attempt(bytes, queue);
            } catch (ConnectionLostException e) {
                LOG.atDebug().setCause(e.cause()).log("A connection to Redis was closed; one more attempt");
                return once(bytes, queue);
            }
        });
    }

    /** Sends commands that must not be repeated. */
    <T> T callOnce(Function<Pipeline, Supplier<T>> queue) {
        return uninterrupted(() -> once(0, queue));
    }

    /** Closes all connections. Calls fail from then on; further calls of this do nothing. */
    @Override
    public void close() {
        closed = true;
        watchdog.shutdownNow();
        connections.close();
    }

    private <T> T once(long bytes, Function<Pipeline, Supplier<T>> queue) {
        try {
            return attempt(bytes, queue);
        } catch (ConnectionLostException e) {
            throw unavailable("The connection to Redis broke", e.cause());
        }
    }

    private <T> T attempt(long bytes, Function<Pipeline, Supplier<T>> queue) throws ConnectionLostException {
        if (closed) {
            throw new UnavailableException(DEPENDENCY, "The Redis storage is closed");
        }
        Connection connection = connection();
        Deadline deadline = new Deadline(connection);
        boolean sound = false;
        try {
            deadline.start(allowance(bytes));
            Pipeline pipeline = new Pipeline(connection, false);
            Supplier<T> answers = queue.apply(pipeline);
            pipeline.sync();
            sound = deadline.isMet();
            return answers.get();
        } catch (JedisConnectionException e) {
            // all that were made before the failure may be dead, too
            connections.clear();
            if (!deadline.isMet() || isTimeout(e)) {
                throw unavailable("Redis did not answer in time", e);
            }
            throw new ConnectionLostException(e);
        } catch (JedisException e) {
            throw translated(e);
        } catch (RejectedExecutionException e) {
            throw unavailable("The Redis storage is closed", e);
        } finally {
            if (!sound) {
                connection.setBroken();
            }
            connections.giveBack(connection);
        }
    }

    private Connection connection() {
        try {
            return connections.take();
        } catch (JedisConnectionException e) {
            if (isCausedBy(SSLException.class, e)) {
                throw unavailable("Redis shows no certificate that is trusted, or does not speak TLS here", e);
            }
            throw unavailable(isTimeout(e) ? "Redis did not answer in time" : "Redis cannot be reached", e);
        } catch (JedisException e) {
            throw translated(e);
        }
    }

    private Duration allowance(long bytes) {
        return settings.socketTimeout().plusMillis(TimeUnit.SECONDS.toMillis(bytes) / BYTES_PER_SECOND);
    }

    /** An interrupt would make the driver close the socket. One that comes meanwhile costs the one more attempt. */
    private static <T> T uninterrupted(Supplier<T> unit) {
        boolean interrupted = Thread.interrupted();
        try {
            return unit.get();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static UnavailableException translated(JedisException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof JedisDataException answer) {
                return unavailable(meaningOf(answer), failure);
            }
        }
        return unavailable("Redis cannot be used: " + failure.getMessage(), failure);
    }

    private static String meaningOf(JedisDataException answer) {
        String text = String.valueOf(answer.getMessage());
        return switch (text.split(" ", 2)[0]) {
            case "OOM" -> "Redis is out of memory: it has reached maxmemory and takes no more values";
            case "READONLY" -> "Redis is read-only: this is a replica, the primary is elsewhere";
            case "WRONGPASS", "NOAUTH" -> "Redis refuses the user name or the password";
            case "NOPERM" -> "Redis does not let this user do that: it needs all commands on the keys with our prefix";
            case "LOADING" -> "Redis is still loading its data";
            case "MISCONF" -> "Redis cannot save its data to disk and takes no more values";
            case "MASTERDOWN", "NOREPLICAS" -> "Redis has lost its primary or its replicas";
            default ->
                text.contains("invalid password") || text.contains("without any password")
                        ? "Redis refuses the user name or the password"
                        : "Redis refused a command: " + text;
        };
    }

    private static boolean isTimeout(Throwable failure) {
        return isCausedBy(SocketTimeoutException.class, failure);
    }

    /** The driver hides some causes among the suppressed ones: it tries every address of a host. */
    private static boolean isCausedBy(Class<? extends Throwable> kind, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (kind.isInstance(cause)
                    || Arrays.stream(cause.getSuppressed()).anyMatch(hidden -> isCausedBy(kind, hidden))) {
                return true;
            }
        }
        return false;
    }

    private static UnavailableException unavailable(String message, Throwable cause) {
        return new UnavailableException(DEPENDENCY, message, cause);
    }

    private static DefaultJedisClientConfig clientConfig(RedisSettings settings) {
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                .resp2()
                .connectionTimeoutMillis(
                        Math.toIntExact(settings.connectTimeout().toMillis()))
                .socketTimeoutMillis(Math.toIntExact(settings.socketTimeout().toMillis()))
                .database(settings.database())
                .clientName("code-interpreter")
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
        settings.user().ifPresent(config::user);
        settings.password().ifPresent(config::password);
        if (settings.tls()) {
            config.sslOptions(settings.trustedCertificates()
                    .map(TrustedCertificates::options)
                    .orElseGet(SslOptions::defaults));
        }
        return config.build();
    }

    /** Breaks a connection whose time is over before its work is done. */
    private final class Deadline {
        private enum State {
            OPEN,
            MET,
            MISSED
        }

        private final Connection connection;
        private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
        private @Nullable Future<?> alarm;

        Deadline(Connection connection) {
            this.connection = connection;
        }

        /** @throws RejectedExecutionException once everything is closed */
        void start(Duration allowance) {
            alarm = watchdog.schedule(this::ring, allowance.toNanos(), TimeUnit.NANOSECONDS);
        }

        /** Whether the work was done in time, now that it is done or has failed. The connection is let alone from then on. */
        boolean isMet() {
            if (alarm != null) {
                alarm.cancel(false);
            }
            return state.compareAndSet(State.OPEN, State.MET) || state.get() == State.MET;
        }

        private void ring() {
            if (!state.compareAndSet(State.OPEN, State.MISSED)) {
                return;
            }
            try {
                connection.forceDisconnect();
            } catch (IOException | JedisException e) {
                LOG.atDebug().setCause(e).log("A connection to Redis was broken already");
            }
        }
    }

    /** The connection was closed while it was used, and not by us. */
    private static final class ConnectionLostException extends Exception {
        private static final long serialVersionUID = 1;

        ConnectionLostException(JedisConnectionException cause) {
            super(cause);
        }

        Throwable cause() {
            @Nullable Throwable cause = getCause();
            return cause == null ? this : cause;
        }
    }
}

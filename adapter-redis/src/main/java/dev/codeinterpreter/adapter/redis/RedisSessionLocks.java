package dev.codeinterpreter.adapter.redis;

import static dev.codeinterpreter.adapter.redis.RedisKeys.bytes;

import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.id.Identifiers;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.session.SessionLockPort;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Response;

/**
 * Locks of sessions that all servers share. A lock is a key with the ticket of its holder and a lease, which this process renews
 * for all its locks at once; when it dies, its locks end with their leases. Those who wait ask again and again, and stand in a
 * queue by when they came; who has not asked for a while is taken for dead.
 */
final class RedisSessionLocks implements SessionLockPort, AutoCloseable {

    static final Duration LEASE = Duration.ofSeconds(30);
    static final int MAXIMUM_WAITING = 64;

    private static final Logger LOG = LoggerFactory.getLogger(RedisSessionLocks.class);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);
    private static final Duration WAITER_LIFE = Duration.ofSeconds(10);

    /**
     * Keys: lock, queue. Arguments: ticket, lease in ms, life of one who waits in ms, how many may wait. The queue holds when each
     * has come and has last asked. Returns 1 when the lock was taken, 0 when one must wait, -1 when too many do. One whose answer
     * was lost finds the lock taken by itself.
     */
    private static final byte[] ACQUIRE = bytes("""
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local first, waiting, mine = nil, 0, nil
            local queue = redis.call('HGETALL', KEYS[2])
            for i = 1, #queue, 2 do
              local came, asked = string.match(queue[i + 1], '^(%d+) (%d+)$')
              if now - tonumber(asked) > tonumber(ARGV[3]) then
                redis.call('HDEL', KEYS[2], queue[i])
              else
                waiting = waiting + 1
                if queue[i] == ARGV[1] then mine = came end
                if not first or came < first then first = came end
              end
            end
            local holder = redis.call('GET', KEYS[1])
            if holder == ARGV[1] or (not holder and (not first or mine == first)) then
              redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
              redis.call('HDEL', KEYS[2], ARGV[1])
              return 1
            end
            if not mine then
              if waiting >= tonumber(ARGV[4]) then return -1 end
              mine = string.format('%010d%06d', time[1], time[2])
            end
            redis.call('HSET', KEYS[2], ARGV[1], mine .. ' ' .. string.format('%.0f', now))
            redis.call('PEXPIRE', KEYS[2], ARGV[3])
            return 0""");

    /** Keys: lock, queue. Argument: ticket. */
    private static final byte[] LEAVE = bytes("""
            redis.call('HDEL', KEYS[2], ARGV[1])
            if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
            return 1""");

    /** Key: lock. Arguments: ticket, lease in ms. */
    private static final byte[] RENEW = bytes("""
            if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
            return redis.call('PEXPIRE', KEYS[1], ARGV[2])""");

    private final RedisCalls calls;
    private final RedisKeys keys;
    private final Duration lease;
    private final Map<String, SessionId> held = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor renewal;

    RedisSessionLocks(RedisCalls calls, RedisKeys keys, Duration lease) {
        this.calls = calls;
        this.keys = keys;
        this.lease = lease;
        renewal = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("redis-locks").daemon().factory());
        long period = lease.toNanos() / 3;
        var _ = renewal.scheduleWithFixedDelay(this::renewAll, period, period, TimeUnit.NANOSECONDS);
    }

    @Override
    public Optional<SessionLock> acquire(SessionId session, Duration patience) throws InterruptedException {
        String ticket = Identifiers.random();
        long deadline = System.nanoTime() + patience.toNanos();
        int places = patience.isPositive() ? MAXIMUM_WAITING : 0;
        boolean queued = false;
        try {
            for (long pause = SHORTEST_PAUSE.toNanos(); ; pause = Math.min(2 * pause, LONGEST_PAUSE.toNanos())) {
                long answer = ask(session, ticket, places);
                queued = answer == 0;
                boolean taken = answer == 1;
                long left = deadline - System.nanoTime();
                if (taken || !queued || left <= 0) {
                    return taken ? Optional.of(held(session, ticket)) : Optional.empty();
                }
                TimeUnit.NANOSECONDS.sleep(Math.min(pause, left));
            }
        } catch (UnavailableException e) {
            queued = false; // asking again would take as long again; place and lock end by themselves
            throw e;
        } finally {
            if (queued) {
                leave(session, ticket);
            }
        }
    }

    /** Renews no more. What is still held ends with its lease. */
    @Override
    public void close() {
        renewal.shutdownNow();
    }

    private long ask(SessionId session, String ticket, int places) {
        List<byte[]> arguments = List.of(
                bytes(ticket),
                bytes(Long.toString(lease.toMillis())),
                bytes(Long.toString(WAITER_LIFE.toMillis())),
                bytes(Integer.toString(places)));
        return calls.call(pipeline -> {
            Response<Object> answer = pipeline.eval(ACQUIRE, keysOf(session), arguments);
            return () -> (Long) answer.get();
        });
    }

    private SessionLock held(SessionId session, String ticket) {
        held.put(ticket, session);
        return () -> {
            if (held.remove(ticket) != null) {
                leave(session, ticket);
            }
        };
    }

    private void leave(SessionId session, String ticket) {
        try {
            calls.call(pipeline -> pipeline.eval(LEAVE, keysOf(session), List.of(bytes(ticket))));
        } catch (UnavailableException e) {
            LOG.atWarn().setCause(e).log("The lock of session {} could not be given back; it ends by itself", session);
        }
    }

    /** The top of the renewing thread's work. */
    private void renewAll() {
        List<Map.Entry<String, SessionId>> all = List.copyOf(held.entrySet());
        if (all.isEmpty()) {
            return;
        }
        byte[] milliseconds = bytes(Long.toString(lease.toMillis()));
        try {
            calls.call(pipeline -> {
                all.forEach(lock -> pipeline.eval(
                        RENEW, List.of(keys.lock(lock.getValue())), List.of(bytes(lock.getKey()), milliseconds)));
                return () -> true;
            });
        } catch (UnavailableException e) {
            LOG.atWarn().setCause(e).log("{} locks of sessions were not renewed; tried again", all.size());
        }
    }

    private List<byte[]> keysOf(SessionId session) {
        return List.of(keys.lock(session), keys.lockQueue(session));
    }
}

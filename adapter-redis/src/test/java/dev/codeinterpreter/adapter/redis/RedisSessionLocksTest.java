package dev.codeinterpreter.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.backend.BrokenBackendContract;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.session.SessionLockPort;
import dev.codeinterpreter.core.session.SessionLockPort.SessionLock;
import dev.codeinterpreter.core.session.SessionLockPortContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class RedisSessionLocksTest implements SessionLockPortContract, BrokenBackendContract {

    @RegisterExtension
    static final RedisServer REDIS = RedisServer.with();

    private static final Duration LONG = Duration.ofSeconds(30);

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
    public SessionLockPort locks() {
        return storage.locks();
    }

    @Override
    public Map<String, Call> calls() {
        return Map.of(
                "acquire",
                () -> locks().acquire(SessionId.random(), Duration.ZERO)
                        .orElseThrow()
                        .close());
    }

    @Override
    public Duration deadline() {
        return Duration.ofSeconds(4);
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
    void acquire_heldByAnotherServer_emptyUntilItIsGivenBack() throws InterruptedException {
        SessionId session = SessionId.random();
        try (RedisStorage other = RedisStorage.open(settings)) {
            SessionLock lock = other.locks().acquire(session, Duration.ZERO).orElseThrow();
            assertThat(locks().acquire(session, Duration.ZERO)).isEmpty();
            lock.close();

            assertThat(locks().acquire(session, Duration.ZERO)).isPresent();
        }
    }

    @Test
    void acquire_holderDied_freeAfterItsLease() throws InterruptedException {
        SessionId session = SessionId.random();
        Duration lease = Duration.ofMillis(300);
        try (RedisCalls calls = new RedisCalls(settings);
                RedisSessionLocks dying = new RedisSessionLocks(calls, new RedisKeys(settings.keyPrefix()), lease)) {
            assertThat(dying.acquire(session, Duration.ZERO)).isPresent();
            assertThat(locks().acquire(session, Duration.ZERO)).isEmpty();
        }

        assertThat(locks().acquire(session, LONG)).isPresent();
    }

    @Test
    void acquire_heldMuchLongerThanALease_isRenewed() throws InterruptedException {
        SessionId session = SessionId.random();
        Duration lease = Duration.ofMillis(1500);
        try (RedisCalls calls = new RedisCalls(settings);
                RedisSessionLocks holding = new RedisSessionLocks(calls, new RedisKeys(settings.keyPrefix()), lease)) {
            SessionLock lock = holding.acquire(session, Duration.ZERO).orElseThrow();

            Awaitility.await()
                    .during(lease.multipliedBy(2))
                    .atMost(LONG)
                    .until(() -> locks().acquire(session, Duration.ZERO).isEmpty());
            lock.close();
            assertThat(locks().acquire(session, Duration.ZERO)).isPresent();
        }
    }

    @Test
    void acquire_severalWait_servedInTheOrderTheyCame() throws Exception {
        SessionId session = SessionId.random();
        List<Integer> served = new CopyOnWriteArrayList<>();
        List<Future<?>> tasks = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            SessionLock first = locks().acquire(session, Duration.ZERO).orElseThrow();
            for (int i = 0; i < 5; i++) {
                int number = i;
                tasks.add(threads.submit(() -> {
                    try (SessionLock _ = locks().acquire(session, LONG).orElseThrow()) {
                        return served.add(number);
                    }
                }));
                Awaitility.await().until(() -> waiting(session) == number + 1);
            }
            first.close();
            for (Future<?> task : tasks) {
                task.get();
            }
        }

        assertThat(served).isEqualTo(IntStream.range(0, 5).boxed().toList());
        assertThat(keysLeft()).isZero();
    }

    @Test
    void acquire_moreThanMayWait_emptyAtOnce() throws Exception {
        SessionId session = SessionId.random();
        List<Future<Boolean>> tasks = new ArrayList<>();
        try (RedisStorage wide = RedisStorage.open(settings.withConnections(
                        RedisSessionLocks.MAXIMUM_WAITING, Duration.ofSeconds(10), Duration.ofSeconds(10)));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            SessionLock first = wide.locks().acquire(session, Duration.ZERO).orElseThrow();
            for (int i = 0; i < RedisSessionLocks.MAXIMUM_WAITING; i++) {
                tasks.add(threads.submit(() -> {
                    Optional<SessionLock> lock = wide.locks().acquire(session, LONG);
                    lock.ifPresent(SessionLock::close);
                    return lock.isPresent();
                }));
            }
            Awaitility.await().atMost(LONG).until(() -> waiting(session) == RedisSessionLocks.MAXIMUM_WAITING);

            assertThat(locks().acquire(session, Duration.ofHours(1))).isEmpty();
            first.close();
            for (Future<Boolean> task : tasks) {
                assertThat(task.get()).isTrue();
            }
        }
    }

    @Test
    void acquire_waitIsOver_leavesNothing() throws InterruptedException {
        SessionId session = SessionId.random();
        try (SessionLock _ = locks().acquire(session, Duration.ZERO).orElseThrow()) {
            assertThat(locks().acquire(session, Duration.ofMillis(20))).isEmpty();
            assertThat(waiting(session)).isZero();
        }
        assertThat(keysLeft()).isZero();
    }

    private int waiting(SessionId session) {
        return Integer.parseInt(REDIS.command("HLEN " + settings.keyPrefix() + "lock-queue:" + session)
                .substring(1));
    }

    private int keysLeft() {
        return Integer.parseInt(
                REDIS.command("EVAL \"return #redis.call('KEYS', ARGV[1] .. '*')\" 0 " + settings.keyPrefix())
                        .substring(1));
    }
}

package dev.codeinterpreter.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.session.SessionLockPort.SessionLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link SessionLockPort} does. */
@Timeout(60)
public interface SessionLockPortContract {

    /** The port under test, the same for each call within a test; lets at least 16 wait for one session. */
    SessionLockPort locks();

    @Test
    default void acquire_free_held() throws InterruptedException {
        try (SessionLock lock =
                locks().acquire(SessionId.random(), Duration.ZERO).orElseThrow()) {
            assertThat(lock).isNotNull();
        }
    }

    @Test
    default void acquire_held_emptyWhenTheWaitIsOver() throws InterruptedException {
        SessionId session = SessionId.random();
        try (SessionLock _ = locks().acquire(session, Duration.ZERO).orElseThrow()) {
            assertThat(locks().acquire(session, Duration.ZERO)).isEmpty();
            assertThat(locks().acquire(session, Duration.ofMillis(50))).isEmpty();
        }
    }

    @Test
    default void acquire_anotherSession_isFree() throws InterruptedException {
        try (SessionLock _ = locks().acquire(SessionId.random(), Duration.ZERO).orElseThrow();
                SessionLock other =
                        locks().acquire(SessionId.random(), Duration.ZERO).orElseThrow()) {
            assertThat(other).isNotNull();
        }
    }

    @Test
    default void close_twice_givesBackOnce() throws InterruptedException {
        SessionId session = SessionId.random();
        SessionLock first = locks().acquire(session, Duration.ZERO).orElseThrow();
        first.close();

        try (SessionLock _ = locks().acquire(session, Duration.ZERO).orElseThrow()) {
            first.close();

            assertThat(locks().acquire(session, Duration.ZERO)).isEmpty();
        }
    }

    @Test
    default void acquire_manyAtOnce_oneAfterTheOther() throws Exception {
        SessionId session = SessionId.random();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        CountDownLatch nobodyElse = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                all.add(threads.submit(() -> {
                    try (SessionLock _ =
                            locks().acquire(session, Duration.ofSeconds(30)).orElseThrow()) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        assertThat(nobodyElse.await(5, TimeUnit.MILLISECONDS)).isFalse();
                        inside.decrementAndGet();
                        return done.incrementAndGet();
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }

        assertThat(most).hasValue(1);
        assertThat(done).hasValue(16);
    }

    @Test
    default void acquire_interrupted_throwsAndHoldsNothing() throws InterruptedException {
        SessionId session = SessionId.random();
        try (SessionLock _ = locks().acquire(session, Duration.ZERO).orElseThrow()) {
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> locks().acquire(session, Duration.ofSeconds(30)))
                    .isInstanceOf(InterruptedException.class);
        }
        try (SessionLock lock = locks().acquire(session, Duration.ZERO).orElseThrow()) {
            assertThat(lock).isNotNull();
        }
    }
}

package dev.codeinterpreter.core.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.core.clock.HandMovedClock;
import dev.codeinterpreter.core.execution.Admission.Permit;
import dev.codeinterpreter.core.failure.QuotaExceededException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

final class AdmissionTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    private final HandMovedClock clock = new HandMovedClock();

    @AutoClose("shutdownNow")
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @Test
    void enter_freePlaces_areGivenAndCounted() throws InterruptedException {
        Admission admission = new Admission(2, 0, LONG, clock);

        Permit first = admission.enter();
        Permit second = admission.enter();

        assertThat(admission.running()).isEqualTo(2);
        first.close();
        assertThat(admission.running()).isEqualTo(1);
        second.close();
        assertThat(admission.running()).isZero();
        assertThat(admission.waiting()).isZero();
    }

    @Test
    void close_twice_givesOnePlaceBack() throws InterruptedException {
        Admission admission = new Admission(2, 0, LONG, clock);
        Permit first = admission.enter();
        Permit second = admission.enter();

        first.close();
        first.close();

        assertThat(admission.running()).isEqualTo(1);
        second.close();
        assertThat(admission.running()).isZero();
    }

    @Test
    void enter_nobodyMayWait_refusedAtOnce() throws InterruptedException {
        Admission admission = new Admission(1, 0, LONG, clock);

        try (Permit permit = admission.enter()) {
            assertThat(permit).isNotNull();
            assertThatThrownBy(admission::enter).isInstanceOfSatisfying(QuotaExceededException.class, refusal -> {
                assertThat(refusal.window()).isEqualTo("execution queue");
                assertThat(refusal.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(60));
                assertThat(refusal.reason()).contains("1 are running", "0 are waiting");
            });
            assertThat(admission.waiting()).isZero();
        }
    }

    @Test
    void enter_queueFull_refusedWhileOthersGoOnWaiting() throws Exception {
        Admission admission = new Admission(1, 1, LONG, clock);
        Permit running = admission.enter();
        Future<Permit> waiting = threads.submit(admission::enter);
        await().until(() -> admission.waiting() == 1);

        assertThatThrownBy(admission::enter).isInstanceOf(QuotaExceededException.class);

        assertThat(admission.waiting()).isEqualTo(1);
        running.close();
        waiting.get(1, TimeUnit.MINUTES).close();
        assertThat(admission.running()).isZero();
        assertThat(admission.waiting()).isZero();
    }

    @Test
    void enter_waitOver_refused() throws InterruptedException {
        Admission admission = new Admission(1, 1, Duration.ofMillis(20), clock);

        try (Permit permit = admission.enter()) {
            assertThat(permit).isNotNull();
            assertThatThrownBy(admission::enter)
                    .isInstanceOf(QuotaExceededException.class)
                    .hasMessageContaining("within 0.02 seconds");
            assertThat(admission.waiting()).isZero();
            assertThat(admission.running()).isEqualTo(1);
        }
    }

    @Test
    void enter_several_comeInTheOrderTheyWaited() throws Exception {
        Admission admission = new Admission(1, 10, LONG, clock);
        Permit running = admission.enter();
        BlockingQueue<Integer> order = new LinkedBlockingQueue<>();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            all.add(threads.submit(() -> {
                try (Permit permit = admission.enter()) {
                    assertThat(permit).isNotNull();
                    order.add(number);
                }
                return null;
            }));
            await().until(() -> admission.waiting() == number + 1);
        }

        running.close();
        for (Future<?> one : all) {
            one.get(1, TimeUnit.MINUTES);
        }

        assertThat(order).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void enter_interruptedWhileWaiting_leavesTheQueue() throws InterruptedException {
        Admission admission = new Admission(1, 1, LONG, clock);
        Permit running = admission.enter();
        Future<Permit> waiting = threads.submit(admission::enter);
        await().until(() -> admission.waiting() == 1);

        threads.shutdownNow();

        assertThatThrownBy(() -> waiting.get(1, TimeUnit.MINUTES))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(admission.waiting()).isZero();
        running.close();
        assertThat(admission.running()).isZero();
    }

    @Test
    void retryAfter_longExecutionsBefore_isLonger() throws InterruptedException {
        Admission admission = new Admission(1, 0, LONG, clock);
        for (int i = 0; i < 30; i++) {
            Permit permit = admission.enter();
            clock.advance(Duration.ofSeconds(20));
            permit.close();
        }

        assertThat(retryAfter(admission)).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(20));
    }

    @Test
    void retryAfter_absurdTimes_staysInBounds() throws InterruptedException {
        Admission slow = new Admission(1, 0, LONG, clock);
        slow.enter().close();
        Permit permit = slow.enter();
        clock.advance(Duration.ofDays(30));
        permit.close();
        assertThat(retryAfter(slow)).isEqualTo(Duration.ofSeconds(60));

        Admission backwards = new Admission(1, 0, LONG, clock);
        Permit other = backwards.enter();
        clock.advance(Duration.ofDays(-30));
        other.close();
        assertThat(retryAfter(backwards)).isEqualTo(Duration.ofSeconds(1));
    }

    private static Duration retryAfter(Admission admission) throws InterruptedException {
        try (Permit permit = admission.enter()) {
            assertThat(permit).isNotNull();
            return catchThrowableOfType(QuotaExceededException.class, admission::enter)
                    .retryAfter();
        }
    }
}

package dev.codeinterpreter.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SweeperTest {
    private static final Duration SELDOM = Duration.ofHours(1);

    @Test
    void start_moreThanOneSweepTakes_sweepsUntilNothingIsLeft() {
        AtomicInteger left = new AtomicInteger(3);

        try (Sweeper _ = Sweeper.start(SELDOM, () -> left.getAndUpdate(n -> Math.max(0, n - 1)))) {
            await().until(() -> left.get() == 0);
        }
    }

    @Test
    void start_aSweepFails_theNextOneComes() {
        AtomicInteger calls = new AtomicInteger();

        try (Sweeper _ = Sweeper.start(Duration.ofMillis(1), () -> {
            calls.incrementAndGet();
            throw new IllegalStateException("on purpose");
        })) {
            await().until(() -> calls.get() >= 3);
        }
    }

    @Test
    void close_endsItsThread() {
        AtomicInteger calls = new AtomicInteger();
        Sweeper sweeper = Sweeper.start(Duration.ofMillis(1), () -> {
            calls.incrementAndGet();
            return 0;
        });
        await().until(() -> calls.get() > 0);

        sweeper.close();

        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("session-sweep"));
    }
}

package dev.codeinterpreter.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.session.SessionLockPort.SessionLock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class InProcessSessionLocksTest implements SessionLockPortContract {

    private final InProcessSessionLocks locks = new InProcessSessionLocks(16);

    @Override
    public SessionLockPort locks() {
        return locks;
    }

    @Test
    void acquire_asManyWaitAsMay_emptyAtOnce() throws InterruptedException {
        InProcessSessionLocks noWaiting = new InProcessSessionLocks(0);
        SessionId session = SessionId.random();

        try (SessionLock _ = noWaiting.acquire(session, Duration.ofDays(1)).orElseThrow()) {
            assertThat(noWaiting.acquire(session, Duration.ofDays(1))).isEmpty();
        }
    }

    @AfterEach
    void nothingIsKept() {
        assertThat(locks.sessions()).isZero();
    }
}

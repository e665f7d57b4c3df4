package dev.codeinterpreter.core.state;

import static dev.codeinterpreter.core.state.StatePortContract.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.session.SessionId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a {@link StatePort} does as time goes by. */
public interface ExpiringStateContract {

    /** The port under test: without snapshots when a test begins, the same for each call within a test. */
    StatePort port();

    /** Lets the time by which the port judges go on. */
    void letPass(Duration time);

    @Test
    default void load_justBeforeItsEnd_isThere() {
        SessionId session = SessionId.random();
        port().save(session, snapshot(1, 10), Duration.ofMinutes(1));
        letPass(Duration.ofSeconds(55));

        assertThat(port().load(session)).contains(snapshot(1, 10));
    }

    @Test
    default void load_atItsEnd_empty() {
        SessionId session = SessionId.random();
        SessionId longer = SessionId.random();
        port().save(session, snapshot(1, 10), Duration.ofMinutes(1));
        port().save(longer, snapshot(1, 10), Duration.ofMinutes(5));
        letPass(Duration.ofMinutes(1));

        assertThat(port().load(session)).isEmpty();
        assertThat(port().load(longer)).contains(snapshot(1, 10));
    }

    @Test
    default void save_newerSnapshot_beginsItsTimeAnew() {
        SessionId session = SessionId.random();
        port().save(session, snapshot(1, 10), Duration.ofMinutes(1));
        letPass(Duration.ofSeconds(50));
        port().save(session, snapshot(2, 10), Duration.ofMinutes(1));
        letPass(Duration.ofSeconds(50));

        assertThat(port().load(session)).contains(snapshot(2, 10));
    }

    @Test
    default void save_notNewer_doesNotRenewTheTime() {
        SessionId session = SessionId.random();
        port().save(session, snapshot(2, 10), Duration.ofMinutes(1));
        letPass(Duration.ofSeconds(50));
        port().save(session, snapshot(2, 10), Duration.ofMinutes(1));
        letPass(Duration.ofSeconds(50));

        assertThat(port().load(session)).isEmpty();
    }

    @Test
    default void save_afterTheEndOfAGreaterVersion_isNew() {
        SessionId session = SessionId.random();
        port().save(session, snapshot(9, 10), Duration.ofMinutes(1));
        letPass(Duration.ofMinutes(2));

        assertThat(port().save(session, snapshot(1, 20), Duration.ofMinutes(1))).isTrue();
        assertThat(port().load(session)).contains(snapshot(1, 20));
    }
}

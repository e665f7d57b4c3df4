package dev.codeinterpreter.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class ClosingTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Closing closing = new Closing();
    private final List<String> closed = new CopyOnWriteArrayList<>();

    @Test
    void close_severalParts_inReverseOrder() {
        add("first", LONG);
        add("second", LONG);
        add("third", LONG);

        closing.close();

        assertThat(closed).containsExactly("third", "second", "first");
    }

    @Test
    void close_again_doesNothing() {
        add("only", LONG);

        closing.close();
        closing.close();

        assertThat(closed).containsExactly("only");
    }

    @Test
    void close_onePartFails_theOthersAreClosed() {
        add("first", LONG);
        AutoCloseable failing = closing.add("failing", LONG, () -> {
            throw new IOException("on purpose");
        });

        closing.close();

        assertThat(closed).containsExactly("first");
        assertThatIOException().isThrownBy(failing::close);
    }

    @Test
    @Timeout(30)
    void close_onePartHangs_theOthersAreClosed() {
        CountDownLatch never = new CountDownLatch(1);
        add("first", LONG);
        AutoCloseable hanging = closing.add("hanging", Duration.ofMillis(50), never::await);

        closing.close();

        assertThat(closed).containsExactly("first");
        never.countDown();
        assertThat(hanging).isNotNull();
    }

    private void add(String name, Duration limit) {
        AutoCloseable part = closing.add(name, limit, () -> closed.add(name));
        assertThat(part).isNotNull();
    }
}

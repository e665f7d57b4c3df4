package dev.codeinterpreter.server;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be closed at the end, closed in reverse order of its opening. Each gets a bounded time: one that hangs delays the
 * others, it does not keep them open. Safe for use by many threads; a second close does nothing.
 */
final class Closing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private final Deque<Part> parts = new ArrayDeque<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private record Part(String name, Duration limit, AutoCloseable resource) {}

    /**
     * Remembers {@code resource}, and gives it back.
     *
     * @param limit how long its close may take before the next one's turn
     */
    <T extends AutoCloseable> T add(String name, Duration limit, T resource) {
        synchronized (parts) {
            parts.push(new Part(name, limit, resource));
        }
        return resource;
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        Deque<Part> inOrder;
        synchronized (parts) {
            inOrder = new ArrayDeque<>(parts);
        }
        for (Part part : inOrder) {
            closeInTime(part);
        }
    }

    private void closeInTime(Part part) {
        Thread closer =
                Thread.ofPlatform().name("close-" + part.name()).daemon().start(() -> close(part));
        try {
            if (!closer.join(part.limit())) {
                LOG.atWarn()
                        .addKeyValue("part", part.name())
                        .log(
                                "{} did not close within {} s, going on without it",
                                part.name(),
                                part.limit().toSeconds());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(Part part) {
        try {
            part.resource().close();
        } catch (Exception failure) {
            LOG.atWarn()
                    .addKeyValue("part", part.name())
                    .setCause(failure)
                    .log("{} did not close cleanly", part.name());
        }
    }
}

package dev.codeinterpreter.adapter.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.util.component.ContainerLifeCycle;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections whose next request does not get its header together in time. Jetty's idle timeout starts anew with every
 * byte, so that a client which sends one now and then would hold its connection for ever.
 *
 * <p>A connection that has answered its last request and sends nothing is merely idle and left to the idle timeout; one that was
 * just opened is expected to send its request.
 */
final class HeaderDeadline extends ContainerLifeCycle implements Connection.Listener {

    private final long limitNanos;
    private final long periodMillis;
    private final Scheduler scheduler = new ScheduledExecutorScheduler("http-header-deadline", true);
    private final Map<Connection, Watch> watches = new ConcurrentHashMap<>();

    /** Lets a header take {@code limit}, and up to a quarter more, since it looks four times in that time. */
    HeaderDeadline(Duration limit) {
        this.limitNanos = limit.toNanos();
        this.periodMillis = Math.max(1, limit.toMillis() / 4);
        addBean(scheduler);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        scheduleNext();
    }

    @Override
    public void onOpened(Connection connection) {
        watches.put(connection, new Watch(connection));
    }

    @Override
    public void onClosed(Connection connection) {
        watches.remove(connection);
    }

    /** To be called when the header of a request is complete, and {@link Watch#requestEnds} when its answer is. */
    Watch requestBegins(ConnectionMetaData metaData) {
        Connection connection = metaData.getConnection();
        Watch known = watches.get(connection);
        Watch watch = known == null ? new Watch(connection) : known; // it may be closed by now
        watch.requestBegins();
        return watch;
    }

    private void scheduleNext() {
        scheduler.schedule(this::sweep, periodMillis, TimeUnit.MILLISECONDS);
    }

    private void sweep() {
        if (!isRunning() && !isStarting()) {
            return;
        }
        long now = System.nanoTime();
        watches.values().stream().filter(watch -> watch.isLate(now)).forEach(Watch::close);
        scheduleNext();
    }

    /** One connection. */
    final class Watch {

        private final Connection connection;
        private int requests;
        private boolean waiting = true;
        private long waitingSince = System.nanoTime();
        private long bytesBefore;

        private Watch(Connection connection) {
            this.connection = connection;
        }

        private synchronized void requestBegins() {
            requests++;
            waiting = false;
        }

        synchronized void requestEnds() {
            requests--;
            bytesBefore = connection.getBytesIn();
        }

        private synchronized boolean isLate(long now) {
            if (requests > 0) {
                return false;
            }
            if (!waiting && connection.getBytesIn() > bytesBefore) {
                waiting = true;
                waitingSince = now;
            }
            return waiting && now - waitingSince > limitNanos;
        }

        private void close() {
            connection.getEndPoint().close();
        }
    }
}

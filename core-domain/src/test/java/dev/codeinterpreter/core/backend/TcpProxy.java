package dev.codeinterpreter.core.backend;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands between a client and a server on this machine: counts round trips, slows them down, cuts connections. Safe for use by
 * many threads.
 */
public final class TcpProxy implements AutoCloseable {

    private static final int BUFFER_BYTES = 16 * 1024;

    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger roundTrips = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong answerBytesLeft = new AtomicLong(Long.MAX_VALUE);
    private final AtomicLong requestBytesLeft = new AtomicLong(Long.MAX_VALUE);
    private final AtomicLong requestBytes = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private volatile Duration delay = Duration.ZERO;
    private volatile boolean closed;

    private TcpProxy(int target) throws IOException {
        this.target = target;
        listener = new ServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** A proxy on a free port of 127.0.0.1 for a server on another. */
    public static TcpProxy to(int port) {
        try {
            TcpProxy proxy = new TcpProxy(port);
            Thread.ofVirtual().name("tcp-proxy").start(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** How often a client sent something after it had been answered, or for the first time. */
    public int roundTrips() {
        return roundTrips.get();
    }

    /** How many connections were taken. */
    public int connections() {
        return connections.get();
    }

    /** How many bytes clients have sent. */
    public long requestBytes() {
        return requestBytes.get();
    }

    /** Delays every request by this much from now on. */
    public void delay(Duration newDelay) {
        delay = newDelay;
    }

    /** Lets so many more bytes of answers through, then cuts the connection that brings the next ones, once. */
    public void cutAnswersAfter(long bytes) {
        answerBytesLeft.set(bytes);
    }

    /** Lets so many more bytes of requests through, then cuts the connection that brings the next ones, once. */
    public void cutRequestsAfter(long bytes) {
        requestBytesLeft.set(bytes);
    }

    @Override
    public void close() {
        closed = true;
        lock.lock();
        try {
            closing.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(TcpProxy::closeQuietly);
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = listener.accept();
                connections.incrementAndGet();
                open.add(client);
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(server);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                AtomicBoolean answered = new AtomicBoolean(true);
                Thread.ofVirtual().name("tcp-proxy-requests").start(() -> pump(client, server, answered, true));
                Thread.ofVirtual().name("tcp-proxy-answers").start(() -> pump(server, client, answered, false));
            } catch (SocketException e) {
                open.removeIf(Socket::isClosed);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void pump(Socket from, Socket to, AtomicBoolean answered, boolean request) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int read;
            while ((read = in.read(buffer)) >= 0) {
                if (request) {
                    requestBytes.addAndGet(read);
                    if (answered.getAndSet(false)) {
                        roundTrips.incrementAndGet();
                        pause();
                    }
                } else {
                    answered.set(true);
                }
                int allowed = allowed(request ? requestBytesLeft : answerBytesLeft, read);
                out.write(buffer, 0, allowed);
                if (allowed < read) {
                    break;
                }
            }
        } catch (IOException e) {
            // one of the two is gone, and so will be the other
        } finally {
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private static int allowed(AtomicLong left, int wanted) {
        long before = left.getAndUpdate(
                value -> value < wanted ? Long.MAX_VALUE : value == Long.MAX_VALUE ? value : value - wanted);
        return (int) Math.min(before, wanted);
    }

    private void pause() {
        long nanos = delay.toNanos();
        lock.lock();
        try {
            while (nanos > 0 && !closed) {
                nanos = closing.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        } finally {
            lock.unlock();
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed all the same
        }
    }
}

package dev.codeinterpreter.core.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Joins a thread that writes to an {@link OutputStream} with one that reads from an {@link InputStream}. Differs from the pipe of
 * the JDK in two points: the reader learns whether the bytes are complete, and a reader that gave up does not make the writer
 * fail, which goes on into nothing.
 */
final class StreamBridge {

    private static final int CAPACITY = 64 * 1024;

    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final byte[] buffer = new byte[CAPACITY];

    // guarded by lock
    private int start;
    private int filled;
    private WriterState writer = WriterState.WRITING;
    private boolean readerGone;

    private enum WriterState {
        WRITING,
        COMPLETE,
        BROKEN
    }

    /** @param patience how long one side waits for the other to do anything */
    StreamBridge(Duration patience) {
        this.patience = patience;
    }

    /** Where the writer writes to. Blocks while the buffer is full. */
    OutputStream sink() {
        return new Sink();
    }

    /** Where the reader reads from. Its end is there after {@link #complete}; after {@link #fail} reading throws. */
    InputStream source() {
        return new Source();
    }

    /** Says that everything was written. */
    void complete() {
        end(WriterState.COMPLETE);
    }

    /** Says that nothing more comes although there should. */
    void fail() {
        end(WriterState.BROKEN);
    }

    private void end(WriterState state) {
        lock.lock();
        try {
            writer = state;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int rest = length;
        lock.lock();
        try {
            while (rest > 0 && awaitRoom()) {
                int end = (start + filled) % CAPACITY;
                int count = Math.min(rest, Math.min(CAPACITY - filled, CAPACITY - end));
                System.arraycopy(bytes, from, buffer, end, count);
                filled += count;
                from += count;
                rest -= count;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is room for a byte; false when nobody will ever read one. */
    private boolean awaitRoom() throws IOException {
        long left = patience.toNanos();
        while (filled == CAPACITY && !readerGone && writer == WriterState.WRITING) {
            if (left <= 0) {
                writer = WriterState.BROKEN;
                changed.signalAll();
                break;
            }
            left = await(left);
        }
        return !readerGone && writer == WriterState.WRITING;
    }

    private int read(byte[] bytes, int offset, int length) throws IOException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (filled == 0 && writer == WriterState.WRITING) {
                if (left <= 0) {
                    throw new IOException("nothing came for " + patience.toSeconds() + " s");
                }
                left = await(left);
            }
            if (writer == WriterState.BROKEN) {
                throw new IOException("the writer broke off");
            }
            if (filled == 0) {
                return -1;
            }
            int count = Math.min(length, Math.min(filled, CAPACITY - start));
            System.arraycopy(buffer, start, bytes, offset, count);
            start = (start + count) % CAPACITY;
            filled -= count;
            changed.signalAll();
            return count;
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // both callers loop
    private long await(long nanos) throws IOException {
        try {
            return changed.awaitNanos(nanos);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            InterruptedIOException failure = new InterruptedIOException("interrupted while waiting");
            failure.initCause(interrupted);
            throw failure;
        }
    }

    private void leave() {
        lock.lock();
        try {
            readerGone = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private final class Sink extends OutputStream {
        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            StreamBridge.this.write(bytes, offset, length);
        }
    }

    private final class Source extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            return length == 0 ? 0 : StreamBridge.this.read(bytes, offset, length);
        }

        @Override
        public void close() {
            leave();
        }
    }
}

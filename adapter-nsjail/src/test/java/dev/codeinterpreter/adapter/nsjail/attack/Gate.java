package dev.codeinterpreter.adapter.nsjail.attack;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps programs waiting that read from stdin, until it is opened: then they find its end. */
final class Gate implements AutoCloseable {

    private final CountDownLatch latch = new CountDownLatch(1);

    /** A stdin for one program; gives nothing but its end. */
    InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                try {
                    if (!latch.await(150, TimeUnit.SECONDS)) {
                        throw new IOException("nobody opened the gate");
                    }
                    return -1;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw (InterruptedIOException) new InterruptedIOException().initCause(e);
                }
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return read();
            }
        };
    }

    void open() {
        latch.countDown();
    }

    @Override
    public void close() {
        open();
    }
}

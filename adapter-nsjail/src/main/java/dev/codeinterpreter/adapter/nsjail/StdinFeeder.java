package dev.codeinterpreter.adapter.nsjail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;

/**
 * Carries a stream to the stdin of a program, no more at a time than the guard has said it can take. Has a platform thread of its
 * own, since the stream may be one on which a virtual thread must not block.
 */
final class StdinFeeder {

    /** What the guard takes before it has confirmed anything; {@code STDIN_WINDOW} in {@code guard.c}. */
    static final int WINDOW = 64 << 10;

    private static final int CHUNK = 16 << 10;

    private final Semaphore credit = new Semaphore(WINDOW);
    private final FrameChannel channel;
    private volatile boolean ended;

    private StdinFeeder(FrameChannel channel) {
        this.channel = channel;
    }

    /** Starts to read {@code input}; goes on until its end or until {@link #end} was called and a read returns. */
    static StdinFeeder start(InputStream input, FrameChannel channel, String name) {
        StdinFeeder feeder = new StdinFeeder(channel);
        Thread.ofPlatform().daemon().name("stdin-" + name).start(() -> feeder.feed(input));
        return feeder;
    }

    private void feed(InputStream input) {
        byte[] bytes = new byte[CHUNK];
        try {
            int length;
            while (!ended && (length = input.read(bytes)) >= 0) {
                credit.acquire(length);
                if (ended) {
                    return;
                }
                channel.send(FrameType.DATA, ByteBuffer.wrap(bytes, 0, length));
            }
            if (!ended) {
                channel.send(FrameType.EOF);
            }
        } catch (IOException sourceOrSandboxGone) {
            sendEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A source that fails is at its end; a sandbox that is gone does not hear this any more. */
    private void sendEnd() {
        try {
            if (!ended) {
                channel.send(FrameType.EOF);
            }
        } catch (IOException sandboxGone) {
            ended = true;
        }
    }

    /** The guard has taken so many bytes. */
    void confirm(int bytes) {
        credit.release(bytes);
    }

    /** The program does not read any more. */
    void end() {
        ended = true;
        credit.release(CHUNK);
    }
}

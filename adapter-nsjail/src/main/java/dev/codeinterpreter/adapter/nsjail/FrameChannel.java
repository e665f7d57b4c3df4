package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.SandboxLostException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Frames over a byte channel: a type byte, a length, the payload. One thread reads; any thread writes, a frame at a time.
 *
 * <p>What comes in was written by our own guard, but is checked as if it was not.
 */
final class FrameChannel implements AutoCloseable {

    private static final int HEADER = 5;
    private static final int LONGEST_PAYLOAD = 128 << 10;

    private final ByteChannel channel;
    private final ByteBuffer incoming = ByteBuffer.allocate(32 << 10).flip();
    private final ReentrantLock writing = new ReentrantLock();
    private byte type;
    private int payloadLeft;

    FrameChannel(ByteChannel channel) {
        this.channel = channel;
    }

    /** Sends one frame of at most 2 MiB. */
    void send(FrameType frame, ByteBuffer payload) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + payload.remaining());
        bytes.put(frame.code()).putInt(payload.remaining()).put(payload).flip();
        writing.lock();
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } finally {
            writing.unlock();
        }
    }

    void send(FrameType frame) throws IOException {
        send(frame, ByteBuffer.allocate(0));
    }

    /**
     * Waits for the next frame and tells its type; what was not read of the frame before is skipped.
     *
     * @throws SandboxLostException when the peer hung up or sent what is no frame
     */
    byte next() throws IOException {
        while (payloadLeft > 0) {
            payload();
        }
        require(HEADER);
        type = incoming.get();
        payloadLeft = incoming.getInt();
        if (payloadLeft < 0 || payloadLeft > LONGEST_PAYLOAD) {
            throw new SandboxLostException("The sandbox broke its protocol: frame of " + payloadLeft + " bytes");
        }
        return type;
    }

    /** Whether payload of the current frame is left. */
    boolean hasPayload() {
        return payloadLeft > 0;
    }

    /**
     * The next piece of the current frame's payload, at least one byte if any is left; the buffer is used again by the next call.
     *
     * @throws SandboxLostException when the peer hung up
     */
    ByteBuffer payload() throws IOException {
        if (payloadLeft > 0 && !incoming.hasRemaining()) {
            require(1);
        }
        int length = Math.min(payloadLeft, incoming.remaining());
        ByteBuffer piece = incoming.slice(incoming.position(), length);
        incoming.position(incoming.position() + length);
        payloadLeft -= length;
        return piece;
    }

    /**
     * The whole payload of the current frame, for frames of at most 16 KiB.
     *
     * @throws SandboxLostException when it is longer or the peer hung up
     */
    ByteBuffer wholePayload() throws IOException {
        if (payloadLeft > (16 << 10)) {
            throw new SandboxLostException(
                    "The sandbox broke its protocol: control frame of " + payloadLeft + " bytes");
        }
        require(payloadLeft);
        return payload().slice();
    }

    /**
     * The whole payload of the current frame, of which at least so many bytes are needed.
     *
     * @throws SandboxLostException when it is shorter, longer than 16 KiB, or the peer hung up
     */
    ByteBuffer wholePayload(int atLeast) throws IOException {
        if (payloadLeft < atLeast) {
            throw new SandboxLostException(
                    "The sandbox broke its protocol: control frame of " + payloadLeft + " bytes");
        }
        return wholePayload();
    }

    private void require(int bytes) throws IOException {
        if (incoming.remaining() >= bytes) {
            return;
        }
        incoming.compact();
        try {
            while (incoming.position() < bytes) {
                if (channel.read(incoming) < 0) {
                    throw new SandboxLostException("The sandbox ended unexpectedly");
                }
            }
        } finally {
            incoming.flip();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.SandboxLostException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
final class FrameChannelTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 64, 100_000})
    void next_readsOfAnyLength_framesAreWhole(int read) throws IOException {
        byte[] large = new byte[100_000];
        new Random(1).nextBytes(large);
        FrameChannel channel = new FrameChannel(Wire.of(
                read,
                frame(FrameType.HELLO, new byte[] {0, 0, 0, 1}),
                frame(FrameType.STDOUT, large),
                frame(FrameType.DONE, new byte[0]),
                frame(FrameType.END, text("0123456789"))));

        assertThat(channel.next()).isEqualTo(FrameType.HELLO.code());
        assertThat(channel.wholePayload().getInt()).isEqualTo(1);
        assertThat(channel.next()).isEqualTo(FrameType.STDOUT.code());
        assertThat(payloadByPieces(channel)).isEqualTo(large);
        assertThat(channel.next()).isEqualTo(FrameType.DONE.code());
        assertThat(channel.hasPayload()).isFalse();
        assertThat(channel.next()).isEqualTo(FrameType.END.code());
        assertThat(string(channel.wholePayload())).isEqualTo("0123456789");
    }

    @Test
    void next_payloadNotRead_isSkipped() throws IOException {
        FrameChannel channel = new FrameChannel(
                Wire.of(1000, frame(FrameType.FILE, new byte[100_000]), frame(FrameType.DONE, new byte[0])));

        channel.next();
        channel.payload();

        assertThat(channel.next()).isEqualTo(FrameType.DONE.code());
    }

    @Test
    void wholePayload_emptyFrameAndSilentPeer_isEmptyAtOnce() throws IOException {
        FrameChannel channel = new FrameChannel(Wire.of(1000, frame(FrameType.DONE, new byte[0])));

        channel.next();

        assertThat(channel.wholePayload().remaining()).isZero();
    }

    @Test
    void wholePayload_partlyRead_isTheRest() throws IOException {
        FrameChannel channel = new FrameChannel(Wire.of(8, frame(FrameType.END, text("abcdef"))));

        channel.next();

        assertThat(string(channel.payload())).isEqualTo("abc");
        assertThat(string(channel.wholePayload())).isEqualTo("def");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void next_hangUpBeforeTheHeaderEnds_lost(int bytes) {
        byte[] whole = frame(FrameType.DONE, new byte[0]);
        FrameChannel channel = new FrameChannel(Wire.of(1000, Arrays.copyOf(whole, bytes)));

        assertThatThrownBy(channel::next).isInstanceOf(SandboxLostException.class);
    }

    @Test
    void payload_hangUpWithinIt_lost() throws IOException {
        byte[] whole = frame(FrameType.STDOUT, new byte[100]);
        FrameChannel channel = new FrameChannel(Wire.of(1000, Arrays.copyOf(whole, 50)));

        channel.next();

        assertThat(channel.payload().remaining()).isEqualTo(45);
        assertThatThrownBy(channel::payload).isInstanceOf(SandboxLostException.class);
    }

    @Test
    void wholePayload_hangUpWithinIt_lost() throws IOException {
        byte[] whole = frame(FrameType.END, new byte[10]);
        FrameChannel channel = new FrameChannel(Wire.of(1000, Arrays.copyOf(whole, 10)));

        channel.next();

        assertThatThrownBy(channel::wholePayload).isInstanceOf(SandboxLostException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 131_073})
    void next_lengthBeyondEveryFrame_lost(int length) {
        byte[] header = ByteBuffer.allocate(5)
                .put(FrameType.STDOUT.code())
                .putInt(length)
                .array();
        FrameChannel channel = new FrameChannel(Wire.of(1000, header));

        assertThatThrownBy(channel::next)
                .isInstanceOf(SandboxLostException.class)
                .hasMessageContaining(Integer.toString(length));
    }

    @Test
    void wholePayload_longerThanAControlFrame_lost() throws IOException {
        FrameChannel channel = new FrameChannel(Wire.of(1000, frame(FrameType.END, new byte[16_385])));

        channel.next();

        assertThatThrownBy(channel::wholePayload).isInstanceOf(SandboxLostException.class);
    }

    @Test
    void wholePayload_shorterThanNeeded_lost() throws IOException {
        FrameChannel channel = new FrameChannel(Wire.of(1000, frame(FrameType.END, new byte[9])));

        channel.next();

        assertThatThrownBy(() -> channel.wholePayload(10)).isInstanceOf(SandboxLostException.class);
    }

    @Test
    void send_channelThatTakesFewBytes_writesTheWholeFrame() throws IOException {
        Wire wire = Wire.of(3);

        new FrameChannel(wire).send(FrameType.DATA, ByteBuffer.wrap(text("some content")));

        assertThat(wire.written()).isEqualTo(frame(FrameType.DATA, text("some content")));
    }

    private static byte[] payloadByPieces(FrameChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (channel.hasPayload()) {
            ByteBuffer piece = channel.payload();
            assertThat(piece.remaining()).isPositive();
            all.write(piece.array(), piece.arrayOffset(), piece.remaining());
        }
        return all.toByteArray();
    }

    private static byte[] frame(FrameType type, byte[] payload) {
        return ByteBuffer.allocate(5 + payload.length)
                .put(type.code())
                .putInt(payload.length)
                .put(payload)
                .array();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String string(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    /** A channel in memory: gives what it was made of, then hangs up; moves at most so many bytes in a call. */
    private static final class Wire implements ByteChannel {

        private final ByteBuffer incoming;
        private final ByteArrayOutputStream outgoing = new ByteArrayOutputStream();
        private final int atOnce;
        private boolean open = true;

        private Wire(byte[] incoming, int atOnce) {
            this.incoming = ByteBuffer.wrap(incoming);
            this.atOnce = atOnce;
        }

        static Wire of(int atOnce, byte[]... frames) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] frame : frames) {
                all.writeBytes(frame);
            }
            return new Wire(all.toByteArray(), atOnce);
        }

        byte[] written() {
            return outgoing.toByteArray();
        }

        @Override
        public int read(ByteBuffer target) {
            if (!incoming.hasRemaining()) {
                return -1;
            }
            int length = Math.min(Math.min(atOnce, target.remaining()), incoming.remaining());
            target.put(incoming.slice(incoming.position(), length));
            incoming.position(incoming.position() + length);
            return length;
        }

        @Override
        public int write(ByteBuffer source) {
            int length = Math.min(atOnce, source.remaining());
            for (int i = 0; i < length; i++) {
                outgoing.write(source.get());
            }
            return length;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }
}

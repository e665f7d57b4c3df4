package dev.codeinterpreter.core.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

final class StreamBridgeTest {

    private static final int MORE_THAN_THE_BUFFER = 1_000_003;

    @AutoClose("shutdownNow")
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private final StreamBridge bridge = new StreamBridge(Duration.ofMinutes(2));

    @Test
    void read_everythingWritten_isTheSame() throws Exception {
        byte[] bytes = bytes(MORE_THAN_THE_BUFFER);
        Future<byte[]> read = threads.submit(() -> bridge.source().readAllBytes());

        writeInPieces(bytes);
        bridge.complete();

        assertThat(read.get(1, TimeUnit.MINUTES)).isEqualTo(bytes);
    }

    @Test
    void read_singleBytes_areTheSame() throws IOException {
        OutputStream sink = bridge.sink();
        sink.write(0xff);
        sink.write(0);
        bridge.complete();

        InputStream source = bridge.source();
        assertThat(source.read()).isEqualTo(0xff);
        assertThat(source.read()).isZero();
        assertThat(source.read()).isEqualTo(-1);
        assertThat(source.read(new byte[0])).isZero();
    }

    @Test
    void read_afterFailure_throwsEvenWhenBytesAreThere() throws IOException {
        bridge.sink().write(new byte[100]);
        bridge.fail();

        assertThatThrownBy(() -> bridge.source().read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("broke off");
    }

    @Test
    void write_readerGone_goesIntoNothing() throws IOException {
        bridge.source().close();
        bridge.source().close();

        bridge.sink().write(bytes(MORE_THAN_THE_BUFFER));
        bridge.complete();

        assertThat(bridge.source().read(new byte[10])).isEqualTo(-1);
    }

    @Test
    void write_readerLeavesWhileTheWriterWaits_goesOn() throws Exception {
        Future<Void> written = threads.submit(() -> {
            bridge.sink().write(bytes(MORE_THAN_THE_BUFFER));
            return null;
        });
        InputStream source = bridge.source();
        assertThat(source.readNBytes(10)).hasSize(10);

        source.close();

        assertThat(written.get(1, TimeUnit.MINUTES)).isNull();
    }

    @Test
    void write_readerDoesNothing_givesUpAndBreaksTheStream() throws IOException {
        StreamBridge impatient = new StreamBridge(Duration.ofMillis(20));

        impatient.sink().write(bytes(MORE_THAN_THE_BUFFER));

        assertThatThrownBy(() -> impatient.source().read()).isInstanceOf(IOException.class);
    }

    @Test
    void read_writerDoesNothing_givesUp() {
        StreamBridge impatient = new StreamBridge(Duration.ofMillis(20));

        assertThatThrownBy(() -> impatient.source().read()).hasMessageContaining("nothing came");
    }

    @Test
    void read_interrupted_throwsAndKeepsTheFlag() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> bridge.source().read()).isInstanceOf(InterruptedIOException.class);

        assertThat(Thread.interrupted()).isTrue();
    }

    private void writeInPieces(byte[] bytes) throws IOException {
        Random random = new Random(7);
        OutputStream sink = bridge.sink();
        for (int from = 0; from < bytes.length; ) {
            int length = Math.min(bytes.length - from, 1 + random.nextInt(200_000));
            sink.write(bytes, from, length);
            from += length;
        }
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}

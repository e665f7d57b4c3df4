package dev.codeinterpreter.adapter.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.backend.TcpProxy;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.BlobKey;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.session.SessionId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is told when the store refuses, is slow, or the connection is cut in the middle of a transfer. */
final class S3FaultsTest {

    @RegisterExtension
    static final VersityServer S3 = new VersityServer();

    private static final BlobKey KEY = BlobKey.ofFile(new SessionId("s"), new FileId("f"));

    private TcpProxy proxy;
    private S3Settings settings;
    private S3Storage storage;

    @BeforeEach
    void open() throws IOException {
        proxy = TcpProxy.to(S3.port());
        settings = VersityServer.settingsFor(proxy.port());
        storage = S3Storage.open(settings);
        write(bytes(300_000, 1));
    }

    @AfterEach
    void close() {
        storage.close();
        proxy.close();
    }

    @Test
    void check_wrongKeys_toldWithoutShowingThem() {
        for (S3Settings wrong : new S3Settings[] {
            S3.settings().withCredentials(VersityServer.ACCESS_KEY, "wrong-secret"),
            S3.settings().withCredentials("nobody", VersityServer.SECRET_KEY)
        }) {
            try (S3Storage refused = S3Storage.open(wrong)) {
                assertThatThrownBy(refused::check)
                        .isInstanceOfSatisfying(
                                UnavailableException.class,
                                failure -> assertThat(failure.dependency()).isEqualTo("s3"))
                        .hasMessageContaining("refuses the credentials")
                        .hasMessageNotContaining("wrong-secret");
            }
        }
    }

    @Test
    void check_nobodyThere_told() {
        try (S3Storage nowhere = S3Storage.open(VersityServer.settingsFor(1))) {
            assertThatThrownBy(nowhere::check)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage("S3 cannot be reached");
        }
    }

    @Test
    void calls_slowerThanTheTimeOut_unavailableAndNotRepeated() {
        int before = proxy.roundTrips();
        proxy.delay(Duration.ofSeconds(2));

        assertThatThrownBy(() -> storage.files().read(KEY))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("in time");
        assertThat(proxy.roundTrips() - before).isOne();

        proxy.delay(Duration.ZERO);
        assertThat(storage.files().read(KEY)).isPresent();
    }

    @Test
    void read_connectionCutHalfWay_failsRatherThanEndsEarly() throws IOException {
        write(bytes(3_000_000, 2));
        proxy.cutAnswersAfter(1_000_000);

        try (InputStream content = storage.files().read(KEY).orElseThrow()) {
            assertThatThrownBy(content::readAllBytes).isInstanceOf(IOException.class);
        }
        assertThat(Arrays.equals(read(), bytes(3_000_000, 2))).isTrue();
    }

    @Test
    void write_connectionCutWhileBytesAreSent_oldBytesOrNewOnesAndNothingInBetween() throws IOException {
        proxy.cutRequestsAfter(2_000_000);

        try {
            write(bytes(5_000_000, 2));
        } catch (UnavailableException told) {
            assertThat(Arrays.equals(read(), bytes(300_000, 1))).isTrue();
            return;
        }
        assertThat(Arrays.equals(read(), bytes(5_000_000, 2))).isTrue();
    }

    @Test
    void write_storeSilentInTheSecondPart_unavailableAndOldBytesRemain() throws IOException {
        InputStream content = new InputStream() {
            private final byte[] bytes = bytes(3 * S3Upload.PART_BYTES, 3);
            private int position;

            @Override
            public int read() {
                throw new IllegalStateException("nobody reads single bytes");
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                if (position > S3Upload.PART_BYTES) {
                    proxy.delay(Duration.ofSeconds(5));
                }
                int count = Math.min(length, bytes.length - position);
                System.arraycopy(bytes, position, buffer, offset, count);
                position += count;
                return count == 0 && length > 0 ? -1 : count;
            }
        };

        assertThatThrownBy(() -> storage.files().write(KEY, content, Long.MAX_VALUE))
                .isInstanceOf(UnavailableException.class);

        proxy.delay(Duration.ZERO);
        assertThat(Arrays.equals(read(), bytes(300_000, 1))).isTrue();
    }

    @Test
    void calls_interrupted_doTheirWorkAndStayInterrupted() throws InterruptedException, ExecutionException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            boolean interrupted = threads.submit(() -> {
                        Thread.currentThread().interrupt();
                        write(bytes(1000, 4));
                        storage.files().delete(BlobKey.ofState(new SessionId("s")));
                        return Thread.interrupted();
                    })
                    .get();

            assertThat(interrupted).isTrue();
        }
        assertThat(storage.files().read(KEY)).isPresent();
    }

    private void write(byte[] content) throws IOException {
        storage.files().write(KEY, new ByteArrayInputStream(content), content.length);
    }

    private byte[] read() throws IOException {
        try (InputStream stream = storage.files().read(KEY).orElseThrow()) {
            return stream.readAllBytes();
        }
    }

    private static byte[] bytes(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}

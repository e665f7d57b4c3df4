package dev.codeinterpreter.adapter.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.backend.BrokenBackendContract;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.file.BlobKey;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.FileStorePort;
import dev.codeinterpreter.core.file.FileStorePortContract;
import dev.codeinterpreter.core.session.SessionId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class S3FileStoreTest implements FileStorePortContract, BrokenBackendContract {

    @RegisterExtension
    static final VersityServer S3 = new VersityServer();

    private S3Settings settings;
    private S3Storage storage;

    @BeforeEach
    void open() {
        settings = S3.settings();
        storage = S3Storage.open(settings);
    }

    @AfterEach
    @Override
    public void close() {
        storage.close();
    }

    @Override
    public FileStorePort port() {
        return storage.files();
    }

    @Override
    public Map<String, Call> calls() {
        Map<String, Call> calls = new LinkedHashMap<>();
        BlobKey key = key("s", "f");
        calls.put("write", () -> port().write(key, new ByteArrayInputStream(new byte[1000]), 1000));
        calls.put(
                "write 12 MB",
                () -> port().write(
                                key("s", "g"), new ByteArrayInputStream(new byte[TWELVE_MEGABYTES]), TWELVE_MEGABYTES));
        calls.put("read", () -> {
            Optional<InputStream> found = port().read(key);
            if (found.isPresent()) {
                found.get().close();
            }
        });
        calls.put("sessions", () -> port().sessions(Optional.empty(), 10));
        calls.put("delete", () -> port().delete(key));
        calls.put("deleteSession", () -> port().deleteSession(new SessionId("s")));
        return calls;
    }

    @Override
    public Duration deadline() {
        return Duration.ofSeconds(4);
    }

    @Override
    public Backend backend() {
        return S3;
    }

    @Override
    public List<String> threadNames() {
        return List.of("s3-");
    }

    @Test
    void check_bucketMissing_isMade() {
        assertThat(S3.directory().resolve(settings.bucket())).doesNotExist();

        storage.check();

        assertThat(S3.directory().resolve(settings.bucket())).isDirectory();
    }

    @Test
    void write_bucketGoneMeanwhile_isMadeAgainByTheNextCall() throws IOException {
        storage.check();
        Files.delete(S3.directory().resolve(settings.bucket()));

        assertThatThrownBy(() -> write(key("s", "f"), new byte[10])).hasMessageContaining("bucket is gone");
        write(key("s", "f"), new byte[10]);

        assertThat(port().read(key("s", "f"))).isPresent();
    }

    @Test
    void write_tooLargeInTheThirdPart_leavesOldBytesAndNoParts() throws IOException {
        byte[] old = bytes(100, 1);
        write(key("s", "f"), old);

        assertThatThrownBy(() -> port().write(
                                key("s", "f"),
                                new ByteArrayInputStream(new byte[3 * S3Upload.PART_BYTES]),
                                2L * S3Upload.PART_BYTES + 5))
                .isInstanceOf(TooLargeException.class);

        assertThat(read(key("s", "f"))).isEqualTo(old);
        assertThat(filesOfTheBucket()).containsExactly("sessions/s/f");
    }

    @Test
    void write_contentFailsInTheThirdPart_leavesOldBytesAndNoParts() throws IOException {
        byte[] old = bytes(100, 1);
        write(key("s", "f"), old);
        IOException failure = new IOException("connection reset");
        InputStream content = new InputStream() {
            private long left = 2L * S3Upload.PART_BYTES + 100;

            @Override
            public int read() throws IOException {
                throw failure;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                if (left <= 0) {
                    throw failure;
                }
                left -= length;
                return length;
            }
        };

        assertThatThrownBy(() -> port().write(key("s", "f"), content, Long.MAX_VALUE))
                .isSameAs(failure);

        assertThat(read(key("s", "f"))).isEqualTo(old);
        assertThat(filesOfTheBucket()).containsExactly("sessions/s/f");
    }

    @Test
    void write_exactlyOneAndTwoParts_areReadBack() throws IOException {
        for (int parts = 1; parts <= 2; parts++) {
            byte[] content = bytes(parts * S3Upload.PART_BYTES, parts);
            write(key("s", "f"), content);

            assertThat(Arrays.equals(read(key("s", "f")), content)).isTrue();
        }
    }

    @Test
    void sessions_idsThatBeginAlike_pagesOfEverySizeAreInOrderWithoutGaps() throws IOException {
        TreeSet<String> expected = new TreeSet<>();
        Random random = new Random(7);
        for (int i = 0; i < 60; i++) {
            StringBuilder id = new StringBuilder();
            for (int length = 1 + random.nextInt(4); length > 0; length--) {
                id.append(id.isEmpty() ? "a-0".charAt(random.nextInt(3)) : "a-.0".charAt(random.nextInt(4)));
            }
            expected.add(id.toString());
            write(i % 5 == 0 ? BlobKey.ofState(new SessionId(id.toString())) : key(id.toString(), "f"), new byte[1]);
        }

        for (int limit : List.of(1, 2, 3, 7, 100)) {
            List<String> seen = new ArrayList<>();
            Optional<SessionId> after = Optional.empty();
            List<SessionId> page = port().sessions(after, limit);
            while (!page.isEmpty()) {
                page.forEach(id -> seen.add(id.value()));
                after = Optional.of(page.getLast());
                page = port().sessions(after, limit);
            }
            assertThat(seen).as("pages of %d", limit).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void sessions_thingsOfOthersInTheBucket_areNotListed() throws IOException {
        write(key("s", "f"), new byte[1]);
        Path bucket = S3.directory().resolve(settings.bucket());
        Files.createDirectories(bucket.resolve("sessions/not an id"));
        Files.writeString(bucket.resolve("sessions/not an id/f"), "x");
        Files.writeString(bucket.resolve("other"), "x");

        assertThat(port().sessions(Optional.empty(), 10)).containsExactly(new SessionId("s"));
    }

    @Test
    void deleteSession_moreFilesThanABatch_deletesThemAll() throws IOException {
        write(key("s", "f"), new byte[1]);
        Path session = S3.directory().resolve(settings.bucket()).resolve("sessions/s");
        for (int i = 0; i < 1100; i++) {
            Files.writeString(session.resolve("f" + i), "x");
        }

        port().deleteSession(new SessionId("s"));

        assertThat(port().sessions(Optional.empty(), 10)).isEmpty();
        assertThat(filesOfTheBucket()).isEmpty();
    }

    private void write(BlobKey key, byte[] content) throws IOException {
        port().write(key, new ByteArrayInputStream(content), content.length);
    }

    private byte[] read(BlobKey key) throws IOException {
        try (InputStream stream = port().read(key).orElseThrow()) {
            return stream.readAllBytes();
        }
    }

    private List<String> filesOfTheBucket() throws IOException {
        Path bucket = S3.directory().resolve(settings.bucket());
        try (Stream<Path> all = Files.walk(bucket)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> bucket.relativize(file).toString())
                    .toList();
        }
    }

    private static byte[] bytes(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static BlobKey key(String session, String file) {
        return BlobKey.ofFile(new SessionId(session), new FileId(file));
    }
}

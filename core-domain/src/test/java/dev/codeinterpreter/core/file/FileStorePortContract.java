package dev.codeinterpreter.core.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.file.FileStorePort.StoredBytes;
import dev.codeinterpreter.core.session.SessionId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link FileStorePort} does. */
public interface FileStorePortContract {

    int TWELVE_MEGABYTES = 12 * 1024 * 1024;

    /** The port under test: without bytes when a test begins, the same for each call within a test. */
    FileStorePort port();

    @Test
    default void read_nothingThere_empty() {
        assertThat(port().read(key("s", "f"))).isEmpty();
        assertThat(port().read(BlobKey.ofState(new SessionId("s")))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8192, 11_000, TWELVE_MEGABYTES})
    default void write_anySize_isReadBack(int size) throws IOException {
        byte[] content = bytes(size, 1);

        StoredBytes stored = port().write(key("s", "f"), new ByteArrayInputStream(content), size);

        assertThat(stored).isEqualTo(new StoredBytes(size, sha256(content)));
        assertThat(Arrays.equals(contentOf(key("s", "f")), content)).isTrue();
    }

    @Test
    default void write_contentInSmallPieces_isReadBack() throws IOException {
        byte[] content = bytes(1000, 2);
        InputStream dripping = new InputStream() {
            private final InputStream source = new ByteArrayInputStream(content);

            @Override
            public int read() throws IOException {
                return source.read();
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return source.read(buffer, offset, Math.min(length, 7));
            }
        };

        assertThat(port().write(key("s", "f"), dripping, 5000)).isEqualTo(new StoredBytes(1000, sha256(content)));
        assertThat(contentOf(key("s", "f"))).isEqualTo(content);
    }

    @Test
    default void write_content_isNotClosed() throws IOException {
        boolean[] closed = {false};
        InputStream content = new ByteArrayInputStream(bytes(10, 1)) {
            @Override
            public void close() {
                closed[0] = true;
            }
        };

        port().write(key("s", "f"), content, 10);

        assertThat(closed[0]).isFalse();
        assertThat(content.read()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 0, TWELVE_MEGABYTES})
    default void write_again_replaces(int size) throws IOException {
        put(key("s", "f"), bytes(5000, 1));
        byte[] second = bytes(size, 2);
        put(key("s", "f"), second);

        assertThat(Arrays.equals(contentOf(key("s", "f")), second)).isTrue();
        assertThat(port().sessions(Optional.empty(), 10)).containsExactly(new SessionId("s"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 100_000})
    default void write_oneByteTooMany_refusedAndOldBytesRemain(int maximum) throws IOException {
        byte[] old = bytes(50, 1);
        put(key("s", "f"), old);

        assertThatThrownBy(() -> port().write(key("s", "f"), new ByteArrayInputStream(bytes(maximum + 1, 2)), maximum))
                .isInstanceOfSatisfying(TooLargeException.class, failure -> {
                    assertThat(failure.limit()).isEqualTo(maximum);
                    assertThat(failure.unit()).isEqualTo("bytes");
                });
        assertThat(contentOf(key("s", "f"))).isEqualTo(old);
    }

    @Test
    default void write_tooLargeAndNothingThere_leavesNothing() {
        assertThatThrownBy(() -> port().write(key("s", "f"), new ByteArrayInputStream(bytes(11, 2)), 10))
                .isInstanceOf(TooLargeException.class);
        assertThat(port().read(key("s", "f"))).isEmpty();
        assertThat(port().sessions(Optional.empty(), 10)).isEmpty();
    }

    @Test
    default void write_contentFailsHalfWay_throwsThatFailureAndOldBytesRemain() throws IOException {
        byte[] old = bytes(50, 1);
        put(key("s", "f"), old);
        IOException failure = new IOException("connection reset");

        assertThatThrownBy(() -> port().write(key("s", "f"), failingAfter(bytes(200_000, 2), failure), 1_000_000))
                .isSameAs(failure);
        assertThat(contentOf(key("s", "f"))).isEqualTo(old);
    }

    @Test
    default void write_contentFailsAndNothingThere_leavesNothing() {
        IOException failure = new IOException("connection reset");

        assertThatThrownBy(() -> port().write(key("s", "f"), failingAfter(bytes(10, 2), failure), 1_000_000))
                .isSameAs(failure);
        assertThat(port().read(key("s", "f"))).isEmpty();
        assertThat(port().sessions(Optional.empty(), 10)).isEmpty();
    }

    @Test
    default void read_openStream_survivesOverwriteAndDelete() throws IOException {
        byte[] old = bytes(300_000, 1);
        put(key("s", "f"), old);
        try (InputStream beforeOverwrite = port().read(key("s", "f")).orElseThrow()) {
            put(key("s", "f"), bytes(300_000, 2));
            assertThat(Arrays.equals(beforeOverwrite.readAllBytes(), old)).isTrue();
        }

        put(key("s", "f"), old);
        try (InputStream beforeDelete = port().read(key("s", "f")).orElseThrow()) {
            port().delete(key("s", "f"));
            assertThat(Arrays.equals(beforeDelete.readAllBytes(), old)).isTrue();
        }

        put(key("s", "f"), old);
        try (InputStream beforeEnd = port().read(key("s", "f")).orElseThrow()) {
            port().deleteSession(new SessionId("s"));
            assertThat(Arrays.equals(beforeEnd.readAllBytes(), old)).isTrue();
        }
    }

    @Test
    default void read_closedTwice_isFine() throws IOException {
        put(key("s", "f"), bytes(10, 1));
        InputStream stream = port().read(key("s", "f")).orElseThrow();

        stream.close();
        stream.close();

        assertThat(contentOf(key("s", "f"))).hasSize(10);
    }

    @Test
    default void delete_twice_isFine() throws IOException {
        put(key("s", "gone"), bytes(10, 1));
        put(key("s", "stays"), bytes(10, 2));

        port().delete(key("s", "gone"));
        port().delete(key("s", "gone"));
        port().delete(BlobKey.ofState(new SessionId("unknown")));

        assertThat(port().read(key("s", "gone"))).isEmpty();
        assertThat(contentOf(key("s", "stays"))).isEqualTo(bytes(10, 2));
    }

    @Test
    default void deleteSession_itsFilesAndState_andNoOthers() throws IOException {
        put(key("s", "f"), bytes(10, 1));
        put(key("s", "g"), bytes(10, 2));
        put(BlobKey.ofState(new SessionId("s")), bytes(10, 3));
        put(key("s2", "f"), bytes(10, 4));
        put(BlobKey.ofState(new SessionId("s2")), bytes(10, 5));

        port().deleteSession(new SessionId("s"));
        port().deleteSession(new SessionId("s"));

        assertThat(port().read(key("s", "f"))).isEmpty();
        assertThat(port().read(key("s", "g"))).isEmpty();
        assertThat(port().read(BlobKey.ofState(new SessionId("s")))).isEmpty();
        assertThat(contentOf(key("s2", "f"))).isEqualTo(bytes(10, 4));
        assertThat(contentOf(BlobKey.ofState(new SessionId("s2")))).isEqualTo(bytes(10, 5));
        assertThat(port().sessions(Optional.empty(), 10)).containsExactly(new SessionId("s2"));
    }

    @Test
    default void deleteSession_thenWrite_isThere() throws IOException {
        put(key("s", "f"), bytes(10, 1));
        port().deleteSession(new SessionId("s"));
        put(key("s", "f"), bytes(10, 2));

        assertThat(contentOf(key("s", "f"))).isEqualTo(bytes(10, 2));
    }

    @Test
    default void read_sameIdsElsewhere_areKeptApart() throws IOException {
        List<BlobKey> keys = Stream.of("a", "A", "-", "_", "a.b", "a..", "0".repeat(64), "Az09_-.")
                .<BlobKey>mapMulti((id, keep) -> {
                    keep.accept(key(id, "a"));
                    keep.accept(key("a", id));
                    keep.accept(BlobKey.ofState(new SessionId(id)));
                })
                .distinct()
                .toList();
        for (int i = 0; i < keys.size(); i++) {
            put(keys.get(i), bytes(100 + i, i));
        }

        for (int i = 0; i < keys.size(); i++) {
            assertThat(contentOf(keys.get(i))).as(keys.get(i).path()).isEqualTo(bytes(100 + i, i));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../x", "a/b", "/etc/passwd", "a\0b", "a\\b", "файл", ".hidden"})
    default void key_idThatIsNoPathSegment_isRefused(String id) {
        assertThatThrownBy(() -> key(id, "f")).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> key("s", id)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    default void sessions_severalPages_inOrderWithoutGaps() throws IOException {
        for (String id : List.of("c", "a", "B", "-", "a.", "aa", "0")) {
            put(key(id, "f"), bytes(1, 1));
        }
        put(BlobKey.ofState(new SessionId("only-state")), bytes(1, 1));
        put(BlobKey.ofState(new SessionId("a")), bytes(1, 1));

        List<String> seen = new ArrayList<>();
        Optional<SessionId> after = Optional.empty();
        while (true) {
            List<SessionId> page = port().sessions(after, 3);
            assertThat(page).hasSizeLessThanOrEqualTo(3);
            if (page.isEmpty()) {
                break;
            }
            page.forEach(id -> seen.add(id.value()));
            after = Optional.of(page.getLast());
        }

        assertThat(seen).containsExactly("-", "0", "B", "a", "a.", "aa", "c", "only-state");
    }

    @Test
    default void sessions_lastFileDeleted_isNotListed() throws IOException {
        put(key("s", "f"), bytes(1, 1));
        put(BlobKey.ofState(new SessionId("t")), bytes(1, 1));
        port().delete(key("s", "f"));
        port().delete(BlobKey.ofState(new SessionId("t")));

        assertThat(port().sessions(Optional.empty(), 10)).isEmpty();
    }

    @Test
    default void write_tenWritersAndTenReaders_readersSeeWholeValues()
            throws InterruptedException, ExecutionException, IOException {
        put(key("s", "f"), bytes(50_000, 0));
        List<Future<?>> tasks = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 10; i++) {
                int seed = i;
                tasks.add(threads.submit(() -> {
                    for (int round = 0; round < 10; round++) {
                        put(key("s", "f"), bytes(50_000 + seed, seed));
                    }
                    return null;
                }));
                tasks.add(threads.submit(() -> {
                    for (int round = 0; round < 20; round++) {
                        byte[] seen = contentOf(key("s", "f"));
                        assertThat(Arrays.equals(seen, bytes(seen.length, seen.length - 50_000)))
                                .as("bytes of one write")
                                .isTrue();
                    }
                    return null;
                }));
            }
        }
        for (Future<?> task : tasks) {
            task.get();
        }
    }

    @Test
    default void write_whileOthersDeleteInTheSameSession_isThereAfterwards()
            throws InterruptedException, ExecutionException {
        List<Future<?>> tasks = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                BlobKey own = key("s", "f" + i);
                tasks.add(threads.submit(() -> {
                    for (int round = 0; round < 30; round++) {
                        put(own, bytes(10, round));
                        assertThat(contentOf(own)).isEqualTo(bytes(10, round));
                        port().delete(own);
                        assertThat(port().read(own)).isEmpty();
                    }
                    return null;
                }));
            }
        }
        for (Future<?> task : tasks) {
            task.get();
        }
        assertThat(port().sessions(Optional.empty(), 10)).isEmpty();
    }

    private void put(BlobKey key, byte[] content) throws IOException {
        port().write(key, new ByteArrayInputStream(content), content.length);
    }

    private byte[] contentOf(BlobKey key) throws IOException {
        try (InputStream stream = port().read(key).orElseThrow()) {
            return stream.readAllBytes();
        }
    }

    private static BlobKey key(String session, String file) {
        return BlobKey.ofFile(new SessionId(session), new FileId(file));
    }

    private static byte[] bytes(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static InputStream failingAfter(byte[] start, IOException failure) {
        return new SequenceInputStream(new ByteArrayInputStream(start), new InputStream() {
            @Override
            public int read() throws IOException {
                throw failure;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                throw failure;
            }
        });
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}

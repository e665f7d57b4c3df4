package dev.codeinterpreter.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MultipartReaderTest {

    private static final String TRICKY = "\r\n--\r\n--" + Form.BOUNDARY.substring(0, 10) + "\r\n\n\r\r\n-";

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 16, 61, 4096, 100_000})
    void parts_howeverTheBytesArrive_areTheSame(int step) throws IOException {
        Form form = new Form()
                .field("kind", "user")
                .file("file", "é \"x\".csv", "1,2\n")
                .file("file", "empty", "")
                .file("files[]", "tricky", TRICKY)
                .file("file", "big", "0123456789".repeat(10_000));

        List<String> parts = partsOf(new MultipartReader(new Dripping(form.bytes(), step), Form.BOUNDARY));

        assertThat(parts)
                .containsExactly(
                        "kind - user",
                        "file é \"x\".csv 1,2\n",
                        "file empty ",
                        "files[] tricky " + TRICKY,
                        "file big " + "0123456789".repeat(10_000));
    }

    @Test
    void next_partNotRead_isSkipped() throws IOException {
        Form form = new Form().file("file", "a", "x".repeat(200_000)).file("file", "b", "y");
        MultipartReader reader = reader(form.bytes());

        reader.next();
        Optional<MultipartReader.Part> second = reader.next();

        assertThat(second.orElseThrow().content().readAllBytes()).asString().isEqualTo("y");
        assertThat(reader.next()).isEmpty();
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void content_isGivenWhileTheRestHasNotArrived() throws IOException {
        byte[] beginning = ("--" + Form.BOUNDARY
                        + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n" + "first piece")
                .getBytes(StandardCharsets.UTF_8);
        InputStream thenNothing = new InputStream() {
            private boolean given;

            @Override
            public int read() {
                throw new AssertionError("asked for more than was needed");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                assertThat(given).as("asked for more than was needed").isFalse();
                given = true;
                System.arraycopy(beginning, 0, bytes, offset, beginning.length);
                return beginning.length;
            }
        };

        MultipartReader.Part part =
                new MultipartReader(thenNothing, Form.BOUNDARY).next().orElseThrow();

        assertThat(part.content().readNBytes(11))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("first piece");
    }

    @Test
    void content_bodyBreaksOff_fails() throws IOException {
        MultipartReader.Part part = reader(
                        new Form().file("file", "a", "some content").cutBytes())
                .next()
                .orElseThrow();

        assertThatThrownBy(() -> part.content().readAllBytes())
                .isInstanceOf(BodyFailure.class)
                .hasMessageContaining("no complete multipart form");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no boundary at all",
                "--other\r\n\r\nx\r\n--other--",
                "--" + Form.BOUNDARY,
                "--" + Form.BOUNDARY + "\r\nContent-Disposition: form-data"
            })
    void next_noForm_fails(String body) {
        MultipartReader reader = reader(body.getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(reader::next).isInstanceOf(BodyFailure.class);
        assertThatThrownBy(reader::next).isInstanceOf(BodyFailure.class);
    }

    @Test
    void next_headersTooLong_fails() {
        byte[] body = new Form()
                .part("X-Long: " + "x".repeat(9000) + "\r\n\r\n", new byte[0])
                .bytes();

        assertThatThrownBy(() -> reader(body).next()).isInstanceOf(BodyFailure.class);
    }

    @Test
    void next_readFails_passesTheFailureOn() {
        IOException broken = new IOException("broken");
        InputStream failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw broken;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                throw broken;
            }
        };

        assertThatThrownBy(() -> new MultipartReader(failing, Form.BOUNDARY).next())
                .isSameAs(broken);
    }

    private static MultipartReader reader(byte[] body) {
        return new MultipartReader(new ByteArrayInputStream(body), Form.BOUNDARY);
    }

    private static List<String> partsOf(MultipartReader reader) throws IOException {
        List<String> parts = new ArrayList<>();
        for (Optional<MultipartReader.Part> part = reader.next(); part.isPresent(); part = reader.next()) {
            MultipartReader.Part found = part.get();
            String content = new String(found.content().readAllBytes(), StandardCharsets.UTF_8);
            parts.add(found.name() + " " + found.fileName().orElse("-") + " " + content);
        }
        return parts;
    }

    /** Gives a few bytes at a time. */
    private static final class Dripping extends InputStream {

        private final InputStream bytes;
        private final int step;

        private Dripping(byte[] bytes, int step) {
            this.bytes = new ByteArrayInputStream(bytes);
            this.step = step;
        }

        @Override
        public int read() throws IOException {
            return bytes.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return bytes.read(target, offset, Math.min(step, length));
        }
    }
}

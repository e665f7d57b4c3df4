package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartCompliance;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a multipart body one after the other, each with its content as a stream that is read from the connection while it
 * is consumed. Holds one buffer, whatever the size of the parts; makes no temporary file.
 *
 * <p>Jetty's parser is fed a buffer and calls back; here its calls are queued, and the next buffer is read only when the queue is
 * empty. So the slices of content that it hands out stay valid until they are consumed. Not safe for use by many threads.
 */
final class MultipartReader {

    private static final int BUFFER_BYTES = 32 << 10;
    private static final int PART_HEADER_BYTES = 8 << 10;
    private static final int MOST_PARTS = 5_000;

    private final InputStream body;
    private final MultiPart.Parser parser;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final Deque<Event> events = new ArrayDeque<>();
    private @Nullable Part current;

    MultipartReader(InputStream body, String boundary) {
        this.body = body;
        this.parser = new MultiPart.Parser(boundary, MultiPartCompliance.RFC7578, new Queueing());
        this.parser.setPartHeadersMaxLength(PART_HEADER_BYTES);
        this.parser.setMaxParts(MOST_PARTS);
    }

    /**
     * The next part; what was not read of the one before is skipped. Empty after the last one, and then the body is read to its
     * end.
     *
     * @throws BodyFailure when the body breaks off or is not well formed
     * @throws IOException when reading the body failed
     */
    Optional<Part> next() throws IOException {
        if (current != null) {
            current.skip();
        }
        while (true) {
            switch (take()) {
                case Event.Headers headers -> {
                    current = new Part(ContentDisposition.parse(headers.disposition()));
                    return Optional.of(current);
                }
                case Event.Content _, Event.End _ -> {}
                case Event.Complete _ -> {
                    events.addFirst(new Event.Complete());
                    current = null;
                    return Optional.empty();
                }
                case Event.Broken _ -> throw new IllegalStateException("take() does not give this");
            }
        }
    }

    private Event take() throws IOException {
        Event event = events.poll();
        while (event == null) {
            fill();
            event = events.poll();
        }
        if (event instanceof Event.Broken broken) {
            events.addFirst(event);
            throw new BodyFailure(new InvalidRequestException(
                    "body", "invalid_multipart", "The body is no complete multipart form: " + broken.reason()));
        }
        return event;
    }

    private void fill() throws IOException {
        int count = body.read(buffer);
        if (count > 0) {
            parser.parse(Content.Chunk.from(ByteBuffer.wrap(buffer, 0, count), false));
        } else if (count < 0) {
            parser.parse(Content.Chunk.EOF);
        }
    }

    /** One part, valid until the next one is asked for. */
    final class Part {

        private final ContentDisposition disposition;
        private final InputStream content = new PartContent();
        private @Nullable ByteBuffer unread;
        private boolean ended;

        private Part(ContentDisposition disposition) {
            this.disposition = disposition;
        }

        /** Name of the form's field. */
        String name() {
            return disposition.name();
        }

        /** Name of the file as it was sent, whatever it is; absent for a part that is no file. */
        Optional<String> fileName() {
            return disposition.fileName();
        }

        InputStream content() {
            return content;
        }

        private void skip() throws IOException {
            while (hasContent()) {
                unread = null;
            }
        }

        /** Whether there is an unread byte; waits for one or for the end of the part. */
        private boolean hasContent() throws IOException {
            while (!ended && (unread == null || !unread.hasRemaining())) {
                switch (take()) {
                    case Event.Content piece -> unread = piece.bytes();
                    case Event.End _ -> ended = true;
                    case Event.Headers _, Event.Complete _, Event.Broken _ ->
                        throw new IllegalStateException("a part ended without an end");
                }
            }
            return !ended;
        }

        private final class PartContent extends InputStream {

            @Override
            public int read() throws IOException {
                return hasContent() && unread != null ? unread.get() & 0xFF : -1;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                if (!hasContent() || unread == null) {
                    return -1;
                }
                int count = Math.min(length, unread.remaining());
                unread.get(bytes, offset, count);
                return count;
            }
        }
    }

    /** What the parser told. */
    private sealed interface Event {
        record Headers(String disposition) implements Event {}

        record Content(ByteBuffer bytes) implements Event {}

        record End() implements Event {}

        record Complete() implements Event {}

        record Broken(String reason) implements Event {}
    }

    private final class Queueing implements MultiPart.Parser.Listener {

        private String disposition = "";

        @Override
        public void onPartBegin() {
            disposition = "";
        }

        @Override
        public void onPartHeader(String name, String value) {
            if (name.equalsIgnoreCase("Content-Disposition")) {
                disposition = value;
            }
        }

        @Override
        public void onPartHeaders() {
            events.add(new Event.Headers(disposition));
        }

        @Override
        public void onPartContent(Content.Chunk chunk) {
            if (chunk.hasRemaining()) {
                events.add(new Event.Content(chunk.getByteBuffer().slice()));
            }
        }

        @Override
        public void onPartEnd() {
            events.add(new Event.End());
        }

        @Override
        public void onComplete() {
            events.add(new Event.Complete());
        }

        @Override
        public void onFailure(Throwable failure) {
            String reason = failure.getMessage();
            events.add(new Event.Broken(reason == null ? "not well formed" : reason));
        }
    }
}

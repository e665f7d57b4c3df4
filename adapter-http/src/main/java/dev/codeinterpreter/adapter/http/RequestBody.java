package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.TooLargeException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * The body of a request, with an end to its length and to the time it takes, whether its length was announced or not. Every
 * failure of a read is a {@link BodyFailure} that knows what to tell the client. Not safe for use by many threads.
 */
final class RequestBody extends InputStream {

    private final InputStream body;
    private final long limit;
    private final long deadlineNanos;
    private long taken;

    private RequestBody(InputStream body, long limit, Duration time) {
        this.body = body;
        this.limit = limit;
        this.deadlineNanos = System.nanoTime() + time.toNanos();
    }

    /**
     * The body of {@code request}.
     *
     * @param limit how many bytes are taken at the most
     * @param time how long its arrival may take from now on
     * @throws TooLargeException when it announces more than that
     * @throws IOException when the connection is broken
     */
    static RequestBody of(HttpServletRequest request, long limit, Duration time) throws IOException {
        if (request.getContentLengthLong() > limit) {
            throw tooLarge(limit);
        }
        return new RequestBody(request.getInputStream(), limit, time);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (System.nanoTime() - deadlineNanos > 0) {
            throw tooSlow();
        }
        int count;
        try {
            count = body.read(bytes, offset, length);
        } catch (IOException broken) {
            throw failureOf(broken);
        }
        if (count > 0) {
            taken += count;
            if (taken > limit) {
                throw new BodyFailure(tooLarge(limit));
            }
        }
        return count;
    }

    /** Reads what is left, so that the connection is at the end of the request. */
    void readToEnd() throws IOException {
        byte[] nowhere = new byte[8192];
        while (read(nowhere, 0, nowhere.length) >= 0) {}
    }

    private static BodyFailure failureOf(IOException broken) {
        if (broken.getCause() instanceof TimeoutException) {
            return tooSlow();
        }
        BodyFailure failure = new BodyFailure(new InvalidRequestException(
                "body",
                "body_incomplete",
                "The body ended before all of it had arrived, or is not framed as announced"));
        failure.addSuppressed(broken);
        return failure;
    }

    private static BodyFailure tooSlow() {
        return new BodyFailure(new Refusal(ErrorAnswer.tooSlow("The body took too long to arrive")));
    }

    private static TooLargeException tooLarge(long limit) {
        return new TooLargeException("request body", limit, "bytes");
    }
}

package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.failure.CodeInterpreterException;
import dev.codeinterpreter.core.id.Identifiers;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.http.NotFoundResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.eclipse.jetty.io.EofException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what a handler throws into an answer. */
final class Errors {

    private static final Logger LOG = LoggerFactory.getLogger(Errors.class);

    /** How much of a refused body is read and dropped, so that the client gets to see the answer and not a reset connection. */
    private static final long LINGER_BYTES = 64L << 20;

    private static final Duration LINGER_TIME = Duration.ofSeconds(5);
    private static final long LINGER_SILENCE_MILLIS = 1000;

    private final Clock clock;

    Errors(Clock clock) {
        this.clock = clock;
    }

    /** {@code handler} with every failure answered. */
    Handler guarding(Handler handler) {
        return context -> {
            try {
                handler.handle(context);
            } catch (IOException | RuntimeException failure) {
                answer(context, failure);
            }
        };
    }

    /**
     * Answers with the failure. When an answer had begun, it ends here: its length was announced, so the client sees that it is
     * cut short.
     */
    void answer(Context context, Exception failure) {
        String requestId = RequestId.of(context.req());
        if (context.res().isCommitted()) {
            if (failure instanceof EofException) {
                LOG.debug("request {}: the client went away before the end of its answer", requestId, failure);
            } else {
                LOG.warn("request {}: its answer was cut short", requestId, failure);
            }
            return;
        }
        try {
            send(context, answerOf(failure, requestId), requestId);
        } catch (IOException gone) {
            LOG.debug("request {}: the client is gone, the answer did not reach it", requestId, gone);
        }
    }

    /** Answers when the thread of a request ran out of memory or stack, or worse. */
    void answerFatal(HttpServletResponse response, Error error) {
        String requestId = Objects.requireNonNullElseGet(response.getHeader(RequestId.HEADER), Identifiers::random);
        ErrorAnswer answer = answerOf(error, requestId);
        if (response.isCommitted()) {
            return;
        }
        try {
            response.setStatus(answer.status());
            response.setContentType(Json.MEDIA_TYPE);
            response.getOutputStream().write(body(answer, requestId));
        } catch (IOException gone) {
            LOG.debug("request {}: the client is gone, the answer did not reach it", requestId, gone);
        }
    }

    private void send(Context context, ErrorAnswer answer, String requestId) throws IOException {
        HttpServletResponse response = context.res();
        byte[] body = body(answer, requestId);
        response.resetBuffer();
        response.setStatus(answer.status());
        answer.headers().forEach(response::setHeader);
        response.setContentType(Json.MEDIA_TYPE);
        response.setContentLength(body.length);
        boolean unread = hasUnreadBody(context);
        if (unread) {
            response.setHeader("Connection", "close");
        }
        response.getOutputStream().write(body);
        response.flushBuffer();
        if (unread) {
            linger(context);
        }
    }

    /** What an answer of this status says, ready to be sent. */
    byte[] body(ErrorAnswer answer, String requestId) {
        return Json.bytes(answer.body().stamped(requestId, Json.time(clock.instant())));
    }

    /** The answer for {@code failure}; what is our fault goes to the log under {@code requestId}. */
    static ErrorAnswer answerOf(Throwable failure, String requestId) {
        ErrorAnswer answer = switch (failure) {
            case BodyFailure body -> answerOf(body.reason(), requestId);
            case CodeInterpreterException known -> ErrorAnswer.of(known);
            case Refusal refusal -> refusal.answer();
            case MethodNotAllowedResponse wrong ->
                ErrorAnswer.wrongMethod(wrong.getDetails().getOrDefault("availableMethods", "other methods"));
            case NotFoundResponse _ -> ErrorAnswer.unknownRoute();
            case HttpResponseException other -> ErrorAnswer.protocol(other.getStatus(), "Refused");
            default -> {
                LOG.error("request {} failed", requestId, failure);
                yield ErrorAnswer.internal(requestId);
            }
        };
        if (answer.status() >= 501) {
            LOG.warn("request {}: {}", requestId, answer.body().message(), failure);
        }
        return answer;
    }

    private static boolean hasUnreadBody(Context context) throws IOException {
        return context.req().getHeader("Expect") == null
                && !context.req().getInputStream().isFinished();
    }

    private static void linger(Context context) {
        Peer.of(context.req()).allowSilence(LINGER_SILENCE_MILLIS);
        long end = System.nanoTime() + LINGER_TIME.toNanos();
        byte[] nowhere = new byte[16 << 10];
        try {
            InputStream body = context.req().getInputStream();
            long dropped = 0;
            while (dropped < LINGER_BYTES && System.nanoTime() - end < 0) {
                int count = body.read(nowhere);
                if (count < 0) {
                    return;
                }
                dropped += count;
            }
        } catch (IOException gone) {
            LOG.debug("request {}: the client went away before its body ended", RequestId.of(context.req()), gone);
        }
    }
}

package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.failure.CodeInterpreterException;
import dev.codeinterpreter.core.failure.ConflictException;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.NotAllowedException;
import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.QuotaExceededException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A status and what goes with it. The only place that knows which failure has which status.
 *
 * @param headers besides those that every answer has
 */
record ErrorAnswer(int status, ErrorBody body, Map<String, String> headers) {

    private static final String RETRY_AFTER = "Retry-After";
    private static final String UNAVAILABLE_RETRY_SECONDS = "5";

    ErrorAnswer {
        headers = Map.copyOf(headers);
    }

    static ErrorAnswer of(CodeInterpreterException failure) {
        String reason = failure.reason();
        return switch (failure) {
            case InvalidRequestException invalid -> invalid(invalid.field(), invalid.code(), reason);
            case NotAllowedException refused ->
                switch (refused.kind()) {
                    case NOT_AUTHENTICATED -> plain(401, reason, "authentication");
                    case NOT_THE_OWNER -> plain(403, reason, "authorization");
                };
            case NotFoundException _ -> plain(404, reason, "resource_not_found");
            case ConflictException _ -> plain(409, reason, "resource_conflict");
            case TooLargeException _ -> plain(413, reason, "resource_exhausted");
            case QuotaExceededException quota -> rateLimited(reason, quota.retryAfter());
            case SandboxLostException _ -> plain(502, reason, "external_service");
            case UnavailableException _ -> unavailable(reason);
        };
    }

    /** The caller broke a rule of one field. */
    static ErrorAnswer invalid(String field, String code, String message) {
        ErrorBody body = ErrorBody.of(message, message, "validation")
                .withDetails(List.of(new ErrorBody.Detail(field, message, code)));
        return new ErrorAnswer(400, body, Map.of());
    }

    static ErrorAnswer unavailable(String reason) {
        return new ErrorAnswer(
                503,
                ErrorBody.of(reason, reason, "service_unavailable"),
                Map.of(RETRY_AFTER, UNAVAILABLE_RETRY_SECONDS));
    }

    static ErrorAnswer unknownRoute() {
        return new ErrorAnswer(
                404,
                ErrorBody.of("Not found", "There is no such route", "resource_not_found")
                        .withDetail("Not Found"),
                Map.of());
    }

    static ErrorAnswer wrongMethod(String allowed) {
        return new ErrorAnswer(
                405,
                ErrorBody.of("Method not allowed", "This route answers to " + allowed, "validation")
                        .withDetail("Method Not Allowed"),
                Map.of("Allow", allowed));
    }

    static ErrorAnswer wrongMediaType(String message) {
        return plain(415, message, "validation");
    }

    static ErrorAnswer tooSlow(String message) {
        return plain(408, message, "timeout");
    }

    /** The client wants a profile that there is not. */
    static ErrorAnswer profileMismatch(String expected, String actual) {
        ErrorBody body = ErrorBody.of(
                        "execution_profile_mismatch",
                        "This server runs code in the " + actual + " profile only",
                        "resource_conflict")
                .withProfiles(expected, actual);
        return new ErrorAnswer(409, body, Map.of());
    }

    /** A bug of ours: the client gets nothing but the id under which the log has it. */
    static ErrorAnswer internal(String requestId) {
        return plain(500, "Internal server error; the log has it under " + requestId, "internal_server");
    }

    /** What Jetty refused before any route saw it: a broken header, a request line that is too long. */
    static ErrorAnswer protocol(int status, String message) {
        return plain(status, message, status < 500 ? "validation" : "internal_server");
    }

    private static ErrorAnswer rateLimited(String reason, Duration retryAfter) {
        long seconds = Math.max(1, retryAfter.plusMillis(999).toSeconds());
        ErrorBody body = ErrorBody.of("rate_limited", reason, "rate_limited").withRetryAfterSeconds(seconds);
        return new ErrorAnswer(429, body, Map.of(RETRY_AFTER, Long.toString(seconds)));
    }

    private static ErrorAnswer plain(int status, String text, String type) {
        return new ErrorAnswer(status, ErrorBody.of(text, text, type), Map.of());
    }
}

package dev.codeinterpreter.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.failure.ConflictException;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.NotAllowedException;
import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.QuotaExceededException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every kind of failure over the wire. */
final class ErrorAnswerTest {

    private static final LatchedExecutions EXECUTIONS = new LatchedExecutions();
    private static final TestServer SERVER =
            TestServer.builder().executing(EXECUTIONS).start();

    @BeforeEach
    void letOneEnd() {
        EXECUTIONS.finish(1);
    }

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(
                        new InvalidRequestException("files", "conflicting_names", "bad"), 400, "bad", "validation"),
                Arguments.of(notAllowed(NotAllowedException.Kind.NOT_AUTHENTICATED), 401, "no", "authentication"),
                Arguments.of(notAllowed(NotAllowedException.Kind.NOT_THE_OWNER), 403, "no", "authorization"),
                Arguments.of(new NotFoundException("File", "x"), 404, "File not found", "resource_not_found"),
                Arguments.of(new ConflictException("busy"), 409, "busy", "resource_conflict"),
                Arguments.of(
                        new TooLargeException("file 'x'", 5, "bytes"),
                        413,
                        "file 'x' exceeds the limit of 5 bytes",
                        "resource_exhausted"),
                Arguments.of(
                        new QuotaExceededException("queue", Duration.ofMillis(1), "full"),
                        429,
                        "rate_limited",
                        "rate_limited"),
                Arguments.of(new SandboxLostException("lost"), 502, "lost", "external_service"),
                Arguments.of(new UnavailableException("store", "down"), 503, "down", "service_unavailable"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void exec_failure_hasItsStatusAndShape(RuntimeException failure, int status, String error, String type) {
        EXECUTIONS.failWith(failure);

        TestServer.Answer answer = SERVER.exec("{\"lang\":\"py\",\"code\":\"x\"}");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        JsonNode body = answer.json();
        assertThat(body.get("error").stringValue()).isEqualTo(error);
        assertThat(body.get("error_type").stringValue()).isEqualTo(type);
        assertThat(body.get("message").stringValue()).isNotBlank();
        assertThat(body.get("request_id").stringValue()).isEqualTo(answer.header("X-Request-Id"));
        assertThat(body.get("timestamp").stringValue()).isEqualTo("2026-03-04T12:00:00.000Z");
        assertThat(body.has("details")).isEqualTo(status == 400);
    }

    @Test
    void exec_rateLimited_tellsWhenInBodyAndHeader() {
        EXECUTIONS.failWith(new QuotaExceededException("queue", Duration.ofMillis(1), "full"));

        TestServer.Answer answer = SERVER.exec("{\"lang\":\"py\",\"code\":\"x\"}");

        assertThat(answer.json().get("retry_after_seconds").isIntegralNumber()).isTrue();
        assertThat(answer.json().get("retry_after_seconds").intValue()).isEqualTo(1);
        assertThat(answer.header("Retry-After")).isEqualTo("1");
    }

    @Test
    void exec_unavailable_tellsWhenToRetry() {
        EXECUTIONS.failWith(new UnavailableException("store", "down"));

        assertThat(SERVER.exec("{\"lang\":\"py\",\"code\":\"x\"}").header("Retry-After"))
                .isEqualTo("5");
    }

    @Test
    void exec_bug_is500WithNothingButAnId() {
        EXECUTIONS.failWith(new IllegalStateException("secret path /srv/x"));

        TestServer.Answer answer = SERVER.send(SERVER.request("/exec")
                .header("Content-Type", "application/json")
                .header("X-Request-Id", "trace.me-1")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{\"lang\":\"py\",\"code\":\"x\"}")));

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.json().get("error_type").stringValue()).isEqualTo("internal_server");
        assertThat(answer.json().get("request_id").stringValue()).isEqualTo("trace.me-1");
        assertThat(answer.header("X-Request-Id")).isEqualTo("trace.me-1");
        assertThat(answer.text()).doesNotContain("secret").doesNotContain("Exception");
    }

    private static NotAllowedException notAllowed(NotAllowedException.Kind kind) {
        return new NotAllowedException(kind, "no");
    }
}

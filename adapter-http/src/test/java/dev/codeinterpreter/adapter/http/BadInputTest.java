package dev.codeinterpreter.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.Outcome;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class BadInputTest {

    private static final TestServer SERVER = TestServer.start();

    @BeforeAll
    static void script() {
        SERVER.sandboxes.with("x", run -> new Outcome.Exited(0));
    }

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    static Stream<Arguments> badBodies() {
        return Stream.of(
                Arguments.of("", "body", "json_invalid"),
                Arguments.of("print(1)", "body", "json_invalid"),
                Arguments.of("{\"lang\":\"py\",\"code\":\"x\"", "body", "json_invalid"),
                Arguments.of("{\"lang\":\"py\",\"code\":\"x\"} trailing", "body", "json_invalid"),
                Arguments.of("[".repeat(100_000), "body", "json_invalid"),
                Arguments.of("[]", "body", "model_attributes_type"),
                Arguments.of("\"x\"", "body", "model_attributes_type"),
                Arguments.of("null", "body", "model_attributes_type"),
                Arguments.of("{\"code\":\"x\"}", "lang", "missing"),
                Arguments.of("{\"lang\":null,\"code\":\"x\"}", "lang", "missing"),
                Arguments.of("{\"lang\":7,\"code\":\"x\"}", "lang", "string_type"),
                Arguments.of("{\"lang\":\"cobol\",\"code\":\"x\"}", "lang", "unsupported_language"),
                Arguments.of("{\"lang\":\" py\",\"code\":\"x\"}", "lang", "unsupported_language"),
                Arguments.of("{\"lang\":\"py\"}", "code", "missing"),
                Arguments.of("{\"lang\":\"py\",\"code\":[\"x\"]}", "code", "string_type"),
                Arguments.of("{\"lang\":\"py\",\"code\":\"\"}", "code", "empty_code"),
                Arguments.of("{\"lang\":\"py\",\"code\":\" \\n\\t\"}", "code", "empty_code"),
                Arguments.of("{\"lang\":\"py\",\"code\":\"\\ud800\"}", "code", "invalid_unicode"),
                Arguments.of("{\"lang\":\"\\udc00\",\"code\":\"x\"}", "lang", "invalid_unicode"),
                Arguments.of("{\"lang\":\"py\",\"code\":\"x\",\"timeout\":\"soon\"}", "timeout", "int_parsing"),
                Arguments.of("{\"lang\":\"py\",\"code\":\"x\",\"timeout\":true}", "timeout", "int_type"),
                Arguments.of("{\"lang\":\"py\",\"code\":\"x\",\"session_id\":5}", "session_id", "string_type"),
                Arguments.of(
                        "{\"lang\":\"py\",\"code\":\"x\",\"args\":[\"a\",\"b\\u0000\"]}", "args[1]", "nul_character"),
                Arguments.of("{\"lang\":\"py\",\"code\":\"x\",\"files\":{}}", "files", "list_type"),
                Arguments.of("{\"lang\":\"py\",\"code\":\"x\",\"files\":[7]}", "files[0]", "model_attributes_type"),
                Arguments.of("{\"lang\":\"py\",\"code\":\"x\",\"files\":[{\"id\":5}]}", "files[0].id", "string_type"),
                badName("../up.txt"),
                badName("a/../b"),
                badName("/etc/passwd"),
                badName("a\\u0000b"),
                badName("a\\\\b"),
                badName("a//b"));
    }

    private static Arguments badName(String name) {
        return Arguments.of(
                "{\"lang\":\"py\",\"code\":\"x\",\"files\":[{},{\"id\":\"i\",\"session_id\":\"s\",\"name\":\"" + name
                        + "\"}]}",
                "files[1].name",
                "invalid_file_name");
    }

    @ParameterizedTest
    @MethodSource("badBodies")
    void exec_badBody_is400NamingTheField(String body, String field, String code) {
        int before = SERVER.sandboxes.specs().size();

        TestServer.Answer answer = SERVER.exec(body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        JsonNode error = answer.json();
        JsonNode detail = error.get("details").get(0);
        assertThat(detail.get("field").stringValue()).isEqualTo(field);
        assertThat(detail.get("code").stringValue()).isEqualTo(code);
        assertThat(detail.get("message").stringValue())
                .isEqualTo(error.get("message").stringValue());
        assertThat(error.get("error").stringValue()).isNotBlank().hasSizeLessThan(500);
        assertThat(error.get("error_type").stringValue()).isEqualTo("validation");
        assertThat(error.get("request_id").stringValue()).isEqualTo(answer.header("X-Request-Id"));
        assertThat(error.get("timestamp").stringValue()).isEqualTo("2026-03-04T12:00:00.000Z");
        assertThat(SERVER.sandboxes.specs()).hasSize(before);
    }

    @Test
    void exec_invalidUtf8_is400() {
        byte[] body = "{\"lang\":\"py\",\"code\":\"x_\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        body[body.length - 3] = (byte) 0xFF;

        TestServer.Answer answer = SERVER.send(SERVER.request("/exec")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(body)));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("details").get(0).get("code").stringValue())
                .isEqualTo("json_invalid");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"})
    void exec_otherMediaTypes_are415(String type) {
        TestServer.Answer answer = SERVER.send(SERVER.request("/exec")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString("{\"lang\":\"py\",\"code\":\"x\"}")));

        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.json().get("error").stringValue()).contains("application/json");
    }

    @Test
    void exec_noMediaType_is415() {
        TestServer.Answer answer =
                SERVER.send(SERVER.request("/exec").POST(BodyPublishers.ofString("{\"lang\":\"py\",\"code\":\"x\"}")));

        assertThat(answer.status()).isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/files/a%20b", "/files/a%0Ab", "/download/a~b/x", "/sessions/x/objects/..%00", "/files/%C3%A9"})
    void paths_idWithOtherCharacters_is400(String path) {
        TestServer.Answer answer = SERVER.get(path);

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().get("error_type").stringValue()).isEqualTo("validation");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/files/%zz", "/files/x?detail=%zz", "/files/%FF", "/files/x?detail=%FF", "/files/x?%00"})
    void paths_badlyEncoded_areNeverAnError(String path) throws java.io.IOException {
        try (RawConnection client = new RawConnection(SERVER.port())) {
            String answer = client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\nx-api-key: " + TestServer.KEY
                            + "\r\nConnection: close\r\n\r\n")
                    .readToEnd();

            assertThat(answer).containsPattern("^HTTP/1.1 (200|400|404) ").contains("X-Request-Id: ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/files/a%2Fb", "/files/a%5Cb", "/files/..;/x", "/files/%2e%2e/health"})
    void paths_ambiguous_areRefusedAndNeverAnError(String path) {
        TestServer.Answer answer = SERVER.get(path);

        assertThat(answer.status()).as(answer.text()).isBetween(400, 405);
        assertThat(answer.json().get("error").stringValue()).isNotBlank();
    }
}

package dev.codeinterpreter.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

final class AccessTest {

    private static final String KEY = TestServer.KEY;
    private static final TestServer SERVER = TestServer.start();

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    static Stream<Arguments> accepted() {
        return Stream.of(
                headers("x-api-key", KEY),
                headers("X-API-Key", KEY),
                headers("Authorization", "Bearer " + KEY),
                headers("authorization", "bearer  " + KEY),
                headers("Authorization", "Basic " + base64(KEY)),
                headers("Authorization", "Basic " + base64(KEY + ":")),
                headers("Authorization", "Basic " + base64(KEY + ":some:thing")),
                headers("Authorization", "Basic " + base64(":" + KEY)),
                headers("x-api-key", KEY, "Authorization", "Bearer wrong"),
                headers("x-api-key", "", "Authorization", "Bearer " + KEY),
                headers("Authorization", "Basic " + base64("wrong"), "Authorization", "Bearer " + KEY));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                headers(),
                headers("x-api-key", "wrong"),
                headers("x-api-key", KEY + "x"),
                headers("x-api-key", "wrong", "Authorization", "Bearer " + KEY),
                headers("Authorization", KEY),
                headers("Authorization", "Digest " + KEY),
                headers("Authorization", "Bearer wrong"),
                headers("Authorization", "Bearer "),
                headers("Authorization", "Basic not base64!"),
                headers("Authorization", "Basic " + base64("user:" + KEY)),
                headers("Authorization", "Basic " + base64("")),
                headers("Authorization", "Basic " + base64(":")),
                headers("Authorization", "Bearer wrong", "Authorization", "Basic " + base64(KEY)));
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void languages_rightKey_is200(List<String> headers) {
        assertThat(SERVER.send(request(headers)).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void languages_wrongKey_is401(List<String> headers) {
        TestServer.Answer answer = SERVER.send(request(headers));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.json().get("error").stringValue()).contains("API key");
        assertThat(answer.json().get("timestamp").stringValue()).isNotBlank();
        assertThat(answer.json().get("error_type").stringValue()).isEqualTo("authentication");
    }

    @Test
    void languages_keyThatIsNoAscii_is401() throws Exception {
        try (RawConnection client = new RawConnection(SERVER.port())) {
            String answer = client.send("GET /languages HTTP/1.1\r\nHost: x\r\nx-api-key: schlüssel-日本\r\n\r\n")
                    .readAnswer();

            assertThat(answer).startsWith("HTTP/1.1 401 ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /languages", "GET, /files/x", "DELETE, /files/x/y", "GET, /sessions/x/objects/y",
        "GET, /download/x/y", "POST, /exec", "POST, /upload", "POST, /upload/batch"
    })
    void everyRoute_withoutKey_is401(String method, String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(SERVER.uri(path)).method(method, HttpRequest.BodyPublishers.noBody());

        assertThat(SERVER.send(request).status()).isEqualTo(401);
    }

    @Test
    void head_withoutKey_is401() {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(SERVER.uri("/download/x/y")).method("HEAD", HttpRequest.BodyPublishers.noBody());

        assertThat(SERVER.send(request).status()).isEqualTo(401);
    }

    @Test
    void health_withoutKey_is200() {
        assertThat(SERVER.send(HttpRequest.newBuilder(SERVER.uri("/health"))).status())
                .isEqualTo(200);
    }

    @Test
    void openServer_anyCredentials_are200() {
        try (TestServer open = TestServer.builder().open().start()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(open.uri("/languages"))
                    .header("Authorization", "Bearer whatever")
                    .header("x-api-key", "anything");

            assertThat(open.send(request).status()).isEqualTo(200);
        }
    }

    @Test
    void log_ofRefusalsAndBugs_hasNeitherKeysNorBodies() {
        Logger root = (Logger) LoggerFactory.getLogger("dev.codeinterpreter");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        root.addAppender(lines);
        Level before = root.getLevel();
        root.setLevel(Level.DEBUG);
        try {
            SERVER.send(request(List.of("x-api-key", "wrong-secret-key")));
            SERVER.sandboxes.with("body-secret", _ -> {
                throw new IllegalStateException("a bug");
            });
            SERVER.exec("{\"lang\":\"py\",\"code\":\"body-secret\",\"apiKey\":\"leaked-secret\"}");
            SERVER.exec("{\"lang\":\"py\",\"code\":\"body-secret\",\"apiKey\":\"leaked-secret\"");

            assertThat(lines.list).isNotEmpty();
            assertThat(lines.list)
                    .allSatisfy(line -> assertThat(line.getFormattedMessage())
                            .doesNotContain("wrong-secret-key", "leaked-secret", "body-secret", KEY));
        } finally {
            root.setLevel(before);
            root.detachAppender(lines);
        }
    }

    private static HttpRequest.Builder request(List<String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(SERVER.uri("/languages"));
        for (int i = 0; i < headers.size(); i += 2) {
            request.header(headers.get(i), headers.get(i + 1));
        }
        return request;
    }

    private static Arguments headers(String... headers) {
        return Arguments.of(List.of(headers));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}

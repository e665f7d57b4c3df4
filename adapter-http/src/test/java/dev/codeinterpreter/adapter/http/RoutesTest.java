package dev.codeinterpreter.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.Outcome;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class RoutesTest {

    private static final TestServer SERVER = TestServer.start();
    private static final List<String> SECURITY = List.of(
            "X-Content-Type-Options",
            "X-Frame-Options",
            "X-XSS-Protection",
            "Strict-Transport-Security",
            "Referrer-Policy",
            "Permissions-Policy",
            "Content-Security-Policy",
            "X-Request-Id");

    @BeforeAll
    static void script() {
        SERVER.sandboxes.with("x", run -> {
            run.stdout("ran");
            return new Outcome.Exited(0);
        });
    }

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/exec", "/v1/exec", "//exec", "/v1//exec", "//v1///exec//", "/exec/"})
    void exec_anyPrefixAndSlashes_areTheSameRoute(String path) {
        TestServer.Answer answer = SERVER.post(path, "{\"lang\":\"py\",\"code\":\"x\"}");

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().get("stdout").stringValue()).isEqualTo("ran");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/files/x?detail=full", "/v1//files/x?detail=full&kind=user&id=sk+1", "//files//x/"})
    void files_anyPrefixAndSlashes_areTheSameRoute(String path) {
        assertThat(SERVER.get(path).text()).isEqualTo("[]");
    }

    @ParameterizedTest
    @CsvSource({"/v1exec", "/", "/v1", "/v1/v1/exec", "/nothing/here", "/state/x", "/workspace-tools/execute", "/files"
    })
    void unknownRoute_is404AsJson(String path) {
        TestServer.Answer answer = SERVER.get(path);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().get("error").stringValue()).isEqualTo("Not found");
        assertThat(answer.json().get("detail").stringValue()).isEqualTo("Not Found");
        assertThat(answer.json().get("error_type").stringValue()).isEqualTo("resource_not_found");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /exec",
        "PUT, /exec",
        "OPTIONS, /exec",
        "DELETE, /files/x",
        "POST, /download/a/b",
        "GET, /v1/upload",
        "HEAD, /files/x",
        "HEAD, /languages",
        "PATCH, /health"
    })
    void wrongMethod_is405AsJson(String method, String path) {
        TestServer.Answer answer = SERVER.send(SERVER.request(path).method(method, BodyPublishers.noBody()));

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).isNotBlank();
        if (!method.equals("HEAD")) {
            assertThat(answer.json().get("error").stringValue()).isEqualTo("Method not allowed");
            assertThat(answer.json().get("detail").stringValue()).isEqualTo("Method Not Allowed");
        }
    }

    @ParameterizedTest
    @CsvSource({"/health", "/v1/health", "/v1/health/"})
    void health_isJsonWithTheVersion(String path) {
        TestServer.Answer answer = SERVER.get(path);

        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.text())
                .isEqualTo("{\"status\":\"healthy\",\"version\":\"1.2.3\",\"service\":\"code-interpreter-api\"}");
    }

    @Test
    void languages_tellsAllAndWhichAreThere() {
        JsonNode languages = SERVER.get("/languages").json().get("languages");

        assertThat(languages.size()).isEqualTo(13);
        assertThat(languages.get(0).toString())
                .isEqualTo(
                        "{\"code\":\"py\",\"name\":\"Python\",\"aliases\":[\"python\",\"python3\"],\"available\":true}");
        assertThat(languages.get(1).get("available").booleanValue()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /health, 200",
        "GET, /languages, 200",
        "GET, /nothing, 404",
        "DELETE, /exec, 405",
        "POST, /exec, 415",
        "GET, /files/a~b, 400",
        "POST, /upload, 400",
        "GET, /download/x/y, 404"
    })
    void everyAnswer_hasTheSecurityHeaders(String method, String path, int status) {
        TestServer.Answer answer = SERVER.send(SERVER.request(path).method(method, BodyPublishers.noBody()));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(SECURITY)
                .allSatisfy(name -> assertThat(answer.header(name)).as(name).isNotBlank());
        assertThat(answer.response().headers().map()).doesNotContainKeys("server", "x-powered-by");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void plain_ofPaths() {
        assertThat(EdgeHandler.plain("/v1")).isEqualTo("/");
        assertThat(EdgeHandler.plain("/")).isEqualTo("/");
        assertThat(EdgeHandler.plain("//v1//a///b/")).isEqualTo("/a/b/");
        assertThat(EdgeHandler.plain("/v12/a")).isEqualTo("/v12/a");
        assertThat(EdgeHandler.plain("/a/v1/b")).isEqualTo("/a/v1/b");
    }
}

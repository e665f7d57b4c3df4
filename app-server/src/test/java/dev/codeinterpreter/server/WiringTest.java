package dev.codeinterpreter.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.sandbox.InMemorySandboxes;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WiringTest {
    private static final String KEY = "key-of-the-wiring-test";

    @TempDir
    private Path directory = Path.of("");

    private final InMemorySandboxes sandboxes = new InMemorySandboxes().with("hello", run -> {
        run.stdout("from the sandbox");
        return new Outcome.Exited(0);
    });

    @Test
    void open_validSettings_servesExecutions() throws Exception {
        try (Wiring wiring = Wiring.open(settings(Map.of()), sandboxes, new Closing())) {
            HttpResponse<String> answer = execute(wiring.port());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("from the sandbox");
        }
    }

    @Test
    void close_servingServer_endsItAndItsThreads() throws Exception {
        Wiring wiring = Wiring.open(settings(Map.of()), sandboxes, new Closing());
        int port = wiring.port();

        wiring.close();

        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> execute(port));
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("session-sweep", "local-storage-sweeper"));
    }

    @Test
    void open_portTaken_failsAndClosesWhatWasOpen() {
        try (Wiring first = Wiring.open(settings(Map.of()), sandboxes, new Closing());
                Closing closing = new Closing()) {
            Settings second = settings(Map.of(
                    "API_PORT",
                    Integer.toString(first.port()),
                    "DATA_DIR",
                    directory.resolve("second").toString()));

            assertThatExceptionOfType(UnavailableException.class)
                    .isThrownBy(() -> Wiring.open(second, sandboxes, closing))
                    .withMessageContaining(Integer.toString(first.port()));
        }
        try (Wiring again = Wiring.open(
                settings(Map.of("DATA_DIR", directory.resolve("second").toString())), sandboxes, new Closing())) {
            assertThat(again.port()).isPositive();
        }
    }

    @Test
    void open_dataDirectoryInUse_fails() {
        try (Wiring _ = Wiring.open(settings(Map.of()), sandboxes, new Closing());
                Closing closing = new Closing()) {
            assertThatExceptionOfType(UnavailableException.class)
                    .isThrownBy(() -> Wiring.open(settings(Map.of()), sandboxes, closing));
        }
    }

    private Settings settings(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "API_HOST",
                "127.0.0.1",
                "API_PORT",
                "0",
                "API_KEY",
                KEY,
                "DATA_DIR",
                directory.resolve("data").toString()));
        environment.putAll(more);
        return Settings.load(Map.of(), environment, directory, LogFormat.TEXT);
    }

    private static HttpResponse<String> execute(int port) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/exec"))
                            .timeout(Duration.ofSeconds(30))
                            .header("x-api-key", KEY)
                            .header("content-type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString("{\"lang\":\"py\",\"code\":\"hello\"}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}

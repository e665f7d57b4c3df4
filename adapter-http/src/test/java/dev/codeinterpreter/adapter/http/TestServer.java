package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.access.AccessService;
import dev.codeinterpreter.core.access.ApiKey;
import dev.codeinterpreter.core.clock.HandMovedClock;
import dev.codeinterpreter.core.execution.ExecutionPort;
import dev.codeinterpreter.core.execution.ExecutionService;
import dev.codeinterpreter.core.execution.ExecutionSettings;
import dev.codeinterpreter.core.file.BreakableFileStore;
import dev.codeinterpreter.core.file.FileService;
import dev.codeinterpreter.core.file.FileSettings;
import dev.codeinterpreter.core.file.InMemoryFileStore;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.InMemorySandboxes;
import dev.codeinterpreter.core.session.InMemorySessions;
import dev.codeinterpreter.core.session.SessionService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server on a free port over real services and ports in memory, and a client for it. */
final class TestServer implements AutoCloseable {

    static final String KEY = "0123456789abcdef-key";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final InMemorySandboxes sandboxes = new InMemorySandboxes();
    final CuttingFileStore cutting = new CuttingFileStore(new InMemoryFileStore());
    final BreakableFileStore store = new BreakableFileStore(cutting);
    final HandMovedClock clock = new HandMovedClock();

    private final HttpServer server;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    private TestServer(Builder builder) {
        server = builder.server(sandboxes, store, clock).start();
    }

    static TestServer start() {
        return builder().start();
    }

    static Builder builder() {
        return new Builder();
    }

    /** What differs from the usual server. */
    static final class Builder {

        private HttpSettings settings = HttpSettings.DEFAULT
                .withHost("127.0.0.1")
                .withPort(0)
                .withVersion("1.2.3")
                .withTimes(HttpSettings.Times.DEFAULT.withClose(Duration.ofSeconds(5)));
        private FileSettings fileSettings = FileSettings.DEFAULT;
        private ExecutionSettings executionSettings = ExecutionSettings.DEFAULT;
        private @Nullable ExecutionPort executions;
        private boolean open;

        Builder open() {
            open = true;
            return this;
        }

        Builder executing(ExecutionPort port) {
            executions = port;
            return this;
        }

        Builder port(int value) {
            settings = settings.withPort(value);
            return this;
        }

        Builder times(HttpSettings.Times times) {
            settings = settings.withTimes(times);
            return this;
        }

        Builder sizes(HttpSettings.Sizes sizes) {
            settings = settings.withSizes(sizes);
            return this;
        }

        Builder files(FileSettings value) {
            fileSettings = value;
            return this;
        }

        Builder executions(ExecutionSettings value) {
            executionSettings = value;
            return this;
        }

        TestServer start() {
            return new TestServer(this);
        }

        HttpServer unstarted() {
            return server(
                    new InMemorySandboxes(), new BreakableFileStore(new InMemoryFileStore()), new HandMovedClock());
        }

        private HttpServer server(InMemorySandboxes sandboxes, BreakableFileStore store, HandMovedClock clock) {
            InMemorySessions sessions = new InMemorySessions();
            SessionService sessionService = new SessionService(sessions, Duration.ofHours(24), clock);
            FileService files = new FileService(sessions, sessionService, store, fileSettings, clock);
            ExecutionPort port = executions;
            if (port == null) {
                port = new ExecutionService(sandboxes, sessionService, files, executionSettings, clock);
            }
            AccessService access =
                    open ? AccessService.open() : AccessService.requiring(List.of(ApiKey.configured("API_KEY", KEY)));
            return new HttpServer(
                    settings, access, port, sessionService, files, EnumSet.of(Language.PYTHON, Language.BASH), clock);
        }
    }

    int port() {
        return server.port();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    /** A request with the key. */
    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(PATIENCE).header("x-api-key", KEY);
    }

    Answer get(String path) {
        return send(request(path));
    }

    Answer delete(String path) {
        return send(request(path).DELETE());
    }

    Answer exec(String json) {
        return post("/exec", json);
    }

    Answer post(String path, String json) {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
    }

    Answer upload(String path, Form form) {
        return send(request(path)
                .header("Content-Type", form.contentType())
                .POST(BodyPublishers.ofByteArray(form.bytes())));
    }

    /** Stores one file; the answer's ids make a reference. */
    Answer upload(String name, String content) {
        return upload("/upload", new Form().file("file", name, content));
    }

    Answer send(HttpRequest.Builder request) {
        try {
            return new Answer(client.send(request.build(), BodyHandlers.ofByteArray()));
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** What came back. */
    record Answer(HttpResponse<byte[]> response) {

        int status() {
            return response.statusCode();
        }

        String text() {
            return new String(response.body(), java.nio.charset.StandardCharsets.UTF_8);
        }

        JsonNode json() {
            return JSON.readTree(response.body());
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    static JsonNode json(String text) {
        return JSON.readTree(text);
    }

    /** How many sessions have any bytes in the store. */
    int sessionsWithBytes() {
        return store.sessions(Optional.empty(), 100).size();
    }

    /** Waits until the server, which another thread closes, takes nothing new. */
    void awaitClosing() {
        Awaitility.await().until(server::isClosing);
    }

    /** Closes the server and leaves the client. */
    void closeServer() {
        server.close();
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}

package dev.codeinterpreter.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The packaged server as a process on a free port, with directories of its own, and a client that has its key. */
final class RunningServer implements AutoCloseable {
    static final String KEY = "key-of-the-product-tests";

    private static final Pattern LISTENING = Pattern.compile("listens on http://[^ :]+:(\\d+)");
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path home;
    private final Process process;
    private final int port;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    private RunningServer(Path home, Process process, int port) {
        this.home = home;
        this.process = process;
        this.port = port;
    }

    /** A new directory for a server, which users of sandboxes can reach. */
    static Path newHome() throws IOException {
        return Files.createTempDirectory(
                "code-interpreter-it-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }

    /** Starts a server in a directory of its own. */
    static RunningServer start() throws IOException {
        return start(newHome(), Map.of());
    }

    /** Starts a server in {@code home}, with what an earlier one left there; {@code settings} win over the usual ones. */
    static RunningServer start(Path home, Map<String, String> settings) throws IOException {
        Map<String, String> environment = new HashMap<>(Map.of(
                "API_HOST",
                "127.0.0.1",
                "API_PORT",
                "0",
                "API_KEY",
                KEY,
                "DATA_DIR",
                home.resolve("data").toString(),
                "SANDBOX_BASE_DIR",
                home.resolve("sandboxes").toString(),
                "LOG_FORMAT",
                "text"));
        environment.putAll(settings);
        Path input = Files.writeString(home.resolve("in"), "");
        Process process = Packaged.start(environment, home, input, List.of("serve"));
        try {
            return new RunningServer(home, process, awaitPort(home, process));
        } catch (RuntimeException | Error failure) {
            process.destroyForcibly();
            throw failure;
        }
    }

    private static int awaitPort(Path home, Process process) {
        Matcher[] found = new Matcher[1];
        await().atMost(START_LIMIT).until(() -> {
            String log = Packaged.read(home.resolve("out"));
            assertThat(process.isAlive())
                    .as("the server lives; it wrote:%n%s%n%s", log, Packaged.read(home.resolve("err")))
                    .isTrue();
            found[0] = LISTENING.matcher(log);
            return found[0].find();
        });
        return Integer.parseInt(found[0].group(1));
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    Path home() {
        return home;
    }

    Process process() {
        return process;
    }

    /** What the server logged up to now. */
    String log() throws IOException {
        return Packaged.read(home.resolve("out"));
    }

    /** Runs code through {@code /exec} and gives the answer, which must be 200. */
    JsonNode execute(Map<String, Object> request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(executeRequest(request), BodyHandlers.ofString());
        return json(response);
    }

    /** The same without waiting for it. */
    CompletableFuture<HttpResponse<String>> executeLater(Map<String, Object> request) {
        return client.sendAsync(executeRequest(request), BodyHandlers.ofString());
    }

    private HttpRequest executeRequest(Map<String, Object> request) {
        return request("/exec")
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(request)))
                .build();
    }

    /** Sends a file to {@code /upload}. */
    JsonNode upload(String name, String content) throws IOException, InterruptedException {
        String boundary = "boundary-of-the-product-tests";
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(("--" + boundary + "\r\ncontent-disposition: form-data; name=\"file\"; filename=\"" + name
                        + "\"\r\ncontent-type: application/octet-stream\r\n\r\n" + content + "\r\n--" + boundary
                        + "--\r\n")
                .getBytes(StandardCharsets.UTF_8));
        return json(client.send(
                request("/upload")
                        .header("content-type", "multipart/form-data; boundary=" + boundary)
                        .POST(BodyPublishers.ofByteArray(body.toByteArray()))
                        .build(),
                BodyHandlers.ofString()));
    }

    /** Gets bytes, as they are. */
    HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).GET().build(), BodyHandlers.ofByteArray());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofMinutes(3)).header("x-api-key", KEY);
    }

    private static JsonNode json(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    /** Stops it in good order and removes its directory. */
    @Override
    public void close() throws IOException {
        client.shutdownNow();
        process.destroy();
        boolean ended = process.onExit()
                .completeOnTimeout(process, STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)
                .thenApply(waited -> !waited.isAlive())
                .join();
        process.destroyForcibly();
        assertThat(ended).as("the server stops within %s", STOP_LIMIT).isTrue();
        Packaged.deleteTree(home);
    }
}

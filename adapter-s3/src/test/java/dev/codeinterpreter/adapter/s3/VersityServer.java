package dev.codeinterpreter.adapter.s3;

import dev.codeinterpreter.core.backend.BrokenBackendContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The S3 server {@code versitygw} on a free port of this machine, from before the first test of a class until after its last. */
final class VersityServer implements BeforeAllCallback, AfterAllCallback, BrokenBackendContract.Backend {

    static final String ACCESS_KEY = "test-access";
    static final String SECRET_KEY = "test-secret-key";
    static final String REGION = "garage";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private int port;
    private @Nullable Path directory;
    private @Nullable Process process;

    int port() {
        return port;
    }

    /** Where it keeps its buckets. */
    Path directory() {
        Path kept = directory;
        if (kept == null) {
            throw new IllegalStateException("versitygw was not started");
        }
        return kept;
    }

    /** Settings for this server with a bucket that nobody else has, and time-outs that tests can wait for. */
    S3Settings settings() {
        return settingsFor(port);
    }

    static S3Settings settingsFor(int port) {
        return S3Settings.of("127.0.0.1:" + port, false)
                .withCredentials(ACCESS_KEY, SECRET_KEY)
                .withBucket(REGION, "test-" + UUID.randomUUID())
                .withRequests(32, Duration.ofMillis(500), Duration.ofMillis(800));
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        directory = Files.createTempDirectory("versitygw-");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        start();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        stop();
        Files.walkFileTree(directory(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void start() {
        try {
            process = new ProcessBuilder(
                            program(),
                            "--port",
                            "127.0.0.1:" + port,
                            "--access",
                            ACCESS_KEY,
                            "--secret",
                            SECRET_KEY,
                            "--region",
                            REGION,
                            "--keep-alive",
                            "--quiet",
                            "posix",
                            directory().toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("versitygw cannot be started; docker/setup.sh --with tests installs it", e);
        }
        Awaitility.await().atMost(PATIENCE).until(this::answers);
    }

    @Override
    public void stop() {
        Process running = process;
        process = null;
        if (running == null) {
            return;
        }
        running.destroyForcibly();
        try {
            if (!running.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("versitygw does not end");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void pause() {
        signal("STOP");
    }

    @Override
    public void resume() {
        signal("CONT");
    }

    private boolean answers() {
        if (process == null || !process.isAlive()) {
            throw new AssertionError("versitygw ended");
        }
        try {
            HttpURLConnection connection = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + "/").toURL().openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(1000);
            return connection.getResponseCode() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    private void signal(String name) {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("versitygw is stopped");
        }
        try {
            int status = new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + running.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new AssertionError("kill -" + name + " failed");
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Where docker/setup.sh puts it, or else whatever is on the path. */
    private static String program() {
        return Stream.of(System.getenv().getOrDefault("CODE_INTERPRETER_HOME", "/opt/code-interpreter"))
                .map(home -> Path.of(home, "bin", "versitygw"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse("versitygw");
    }
}

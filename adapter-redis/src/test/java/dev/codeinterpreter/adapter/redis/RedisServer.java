package dev.codeinterpreter.adapter.redis;

import dev.codeinterpreter.core.backend.BrokenBackendContract;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A {@code redis-server} on a free port of this machine, from before the first test of a class until after its last. It writes
 * nothing to disk.
 */
final class RedisServer implements BeforeAllCallback, AfterAllCallback, BrokenBackendContract.Backend {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<String> options;
    private int port;
    private @Nullable Path directory;
    private @Nullable Process process;

    private RedisServer(List<String> options) {
        this.options = options;
    }

    /** With options as on the command line of redis-server. */
    static RedisServer with(String... options) {
        return new RedisServer(List.of(options));
    }

    int port() {
        return port;
    }

    /** Settings for this server with a key prefix that nobody else has, and time-outs that tests can wait for. */
    RedisSettings settings() {
        return settingsFor(port);
    }

    static RedisSettings settingsFor(int port) {
        return RedisSettings.of("127.0.0.1", port)
                .withKeyPrefix("test:" + UUID.randomUUID() + ":")
                .withConnections(20, Duration.ofMillis(700), Duration.ofMillis(700))
                .withMaximumStateBytes(13 << 20);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        directory = Files.createTempDirectory("redis-server-");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        start();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        stop();
        if (directory != null) {
            try (var left = Files.list(directory)) {
                for (Path file : left.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    @Override
    public void start() {
        List<String> command = new ArrayList<>(List.of(
                "redis-server",
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no"));
        command.addAll(List.of("--dir", String.valueOf(directory), "--daemonize", "no", "--logfile", "server.log"));
        command.addAll(options);
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "redis-server cannot be started; docker/setup.sh --with tests installs it", e);
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
        signal(running, "CONT");
        running.destroy();
        try {
            if (!running.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                running.destroyForcibly();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void pause() {
        signal(running(), "STOP");
    }

    @Override
    public void resume() {
        signal(running(), "CONT");
    }

    /** Sends a command as a person would type it, and gives the first line of the answer. */
    String command(String line) {
        return commands(line);
    }

    /** Sends commands one after the other on one connection, and gives the first line of the last answer. */
    String commands(String... lines) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            String answer = "";
            for (String line : lines) {
                socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
                answer = line(socket.getInputStream());
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int next;
        while ((next = in.read()) >= 0 && next != '\n') {
            line.append((char) next);
        }
        return line.toString().strip();
    }

    /** Whether it answers at all, be it that it wants a password first. */
    private boolean answers() {
        if (!running().isAlive()) {
            throw new AssertionError("redis-server ended: " + log());
        }
        try {
            String answer = command("PING");
            return answer.startsWith("+") || answer.startsWith("-NOAUTH");
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private String log() {
        try {
            return directory == null ? "" : Files.readString(directory.resolve("server.log"));
        } catch (IOException e) {
            return "no log: " + e.getMessage();
        }
    }

    private Process running() {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("redis-server is stopped");
        }
        return running;
    }

    private static void signal(Process process, String name) {
        try {
            int status = new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + process.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (status != 0 && process.isAlive()) {
                throw new AssertionError("kill -" + name + " failed");
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

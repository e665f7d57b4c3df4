package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.language.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A process of its own that has sandboxes, to be killed or asked. */
final class OtherServer implements AutoCloseable {

    private final Process process;
    private final Path output;

    private OtherServer(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts one that opens sandboxes below {@code base} and runs a program, and waits until it writes. */
    static OtherServer running(Path base, boolean parked, String script, Path output) throws IOException {
        OtherServer server = start(output, parked ? "parked" : "fresh", base.toString(), script);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> server.said().contains("program: "));
        return server;
    }

    /** The directories below {@code base} that another process takes for those of dead servers. */
    static List<String> deadOnes(Path base, Path output) throws IOException, InterruptedException {
        try (OtherServer server = start(output, "dead", base.toString())) {
            if (!server.process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("no answer within a minute: " + server.said());
            }
            return server.said()
                    .lines()
                    .filter(line -> line.startsWith("dead: "))
                    .map(line -> line.substring(6))
                    .toList();
        }
    }

    private static OtherServer start(Path output, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                OtherServer.class.getName()));
        command.addAll(List.of(words));
        return new OtherServer(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start(),
                output);
    }

    /** What it has written so far. */
    String said() throws IOException {
        return Files.readString(output);
    }

    /** Ends it as the kernel's out-of-memory killer would. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) throws IOException {
        Path base = Path.of(arguments[1]);
        if (arguments[0].equals("dead")) {
            InstanceDirectory.deadOnes(base).forEach(path -> System.out.println("dead: " + path.getFileName()));
            return;
        }
        NsjailSandboxes sandboxes = NsjailSandboxes.open(
                arguments[0].equals("parked") ? RealSandboxes.parked(base) : RealSandboxes.fresh(base));
        try (var sandbox = sandboxes.open(RealSandboxes.spec(Language.BASH, RealSandboxes.LIMITS))) {
            sandbox.run(RealSandboxes.program(arguments[2]), new PrintingOutput());
        }
    }
}

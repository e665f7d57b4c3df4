package dev.codeinterpreter.product;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The packaged command {@code code-interpreter}, as the build leaves it, started as a process of its own. */
final class Packaged {
    private static final Path PROGRAM = Path.of(
            Objects.requireNonNull(System.getProperty("distribution"), "distribution"), "bin", "code-interpreter");
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private Packaged() {}

    /** How a process ended and what it wrote. */
    record Finished(int status, String out, String err) {}

    /** Runs the command to its end with an empty stdin. */
    static Finished run(List<String> arguments) throws IOException, InterruptedException {
        return runWithInput("", arguments);
    }

    /** Likewise with {@code input} on stdin. */
    static Finished runWithInput(String input, List<String> arguments) throws IOException, InterruptedException {
        Path files = Files.createTempDirectory("packaged");
        try {
            Path in = Files.writeString(files.resolve("in"), input);
            Process process = start(Map.of(), files, in, arguments);
            try {
                assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .as("code-interpreter %s ends within %s", arguments, LIMIT)
                        .isTrue();
            } finally {
                process.destroyForcibly();
            }
            return new Finished(process.exitValue(), read(files.resolve("out")), read(files.resolve("err")));
        } finally {
            deleteTree(files);
        }
    }

    /**
     * Starts the command; its output goes to the files {@code out} and {@code err} in {@code directory}.
     *
     * @param environment in addition to that of this process
     * @param input what it reads from stdin
     */
    static Process start(Map<String, String> environment, Path directory, Path input, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(input.toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    static void deleteTree(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}

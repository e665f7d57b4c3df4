package dev.codeinterpreter.product;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The real LibreChat client library against the packaged server: languages, access, base URLs, failing programs. */
final class LibreChatClientIT {
    private static final Path SUITE =
            Path.of(Objects.requireNonNull(System.getProperty("repository"), "repository"), "librechat-client");
    private static final Path COPY = Path.of("target", "librechat-client").toAbsolutePath();
    private static final Pattern CHECK = Pattern.compile("(?m)^ *(ok|not ok) \\d+ - (A[1-4]) (.*)$");

    /** Checks per id that there are at least; fewer would mean that the suite did not run as a whole. */
    private static final Map<String, Long> FEWEST = Map.of("A1", 28L, "A2", 11L, "A3", 20L, "A4", 7L);

    @Test
    void clientLibrary_checksA1ToA4_pass() throws Exception {
        copySuite();
        install();
        try (RunningServer server = RunningServer.start();
                RunningServer open = RunningServer.start(RunningServer.newHome(), Map.of("AUTH_ENABLED", "false"))) {
            String report = node(
                    Map.of(
                            "BASE", server.uri("").toString(),
                            "KEY", RunningServer.KEY,
                            "NOAUTH_BASE", open.uri("").toString()),
                    Duration.ofMinutes(10),
                    List.of("node", "--test", "--test-reporter=tap", "--test-name-pattern=A[1-4] ", "test/"));

            List<MatchResult> checks = CHECK.matcher(report).results().toList();
            assertThat(checks)
                    .filteredOn(LibreChatClientIT::isBad)
                    .extracting(MatchResult::group)
                    .as("checks that failed or were skipped; the report is in %s", COPY.resolve("output"))
                    .isEmpty();
            Map<String, Long> counts =
                    checks.stream().collect(Collectors.groupingBy(check -> check.group(2), Collectors.counting()));
            FEWEST.forEach((id, fewest) ->
                    assertThat(counts.getOrDefault(id, 0L)).as(id).isGreaterThanOrEqualTo(fewest));
        }
    }

    /** Node marks what the name pattern leaves out as skipped, too; that is none of ours. */
    private static boolean isBad(MatchResult check) {
        String rest = check.group(3);
        boolean skipped = rest.contains("# SKIP") && !rest.contains("does not match");
        return skipped || check.group(1).equals("not ok");
    }

    /** The packages stay from one build to the next as long as the lock file does. */
    private static void install() throws IOException, InterruptedException {
        Path installed = COPY.resolve("node_modules/.lock-of-the-tests");
        Path lock = COPY.resolve("package-lock.json");
        if (Files.exists(installed) && Files.mismatch(installed, lock) < 0) {
            return;
        }
        String output = node(Map.of(), Duration.ofMinutes(10), List.of("npm", "ci"));
        assertThat(COPY.resolve("node_modules")).as(output).isDirectory();
        Files.copy(lock, installed, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String node(Map<String, String> environment, Duration limit, List<String> command)
            throws IOException, InterruptedException {
        Path output = COPY.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(COPY.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(limit.toSeconds(), TimeUnit.SECONDS))
                    .as("%s ends within %s", command, limit)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Packaged.read(output);
    }

    private static void copySuite() throws IOException {
        try (Stream<Path> files = Files.walk(SUITE)) {
            for (Path file : files.filter(path -> !path.toString().contains("node_modules"))
                    .filter(Files::isRegularFile)
                    .toList()) {
                Path target = COPY.resolve(SUITE.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}

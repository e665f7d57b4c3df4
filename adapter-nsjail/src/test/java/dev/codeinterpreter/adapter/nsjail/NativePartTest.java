package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tests of the native part in {@code src/test/c}, built with the sanitizers for addresses and undefined behaviour. */
@SuppressWarnings("NullAway.Init") // set before the first test
final class NativePartTest {

    private static final String ROUNDS = "60000";

    @TempDir
    private static Path directory;

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        run(Path.of("src/test/c/build.sh").toAbsolutePath().toString(), directory.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "3"})
    void frames_knownAndRandomStreams_areParsedAsTheyShould(String seed) throws IOException, InterruptedException {
        assertThat(run(directory.resolve("frames_test").toString(), seed, ROUNDS))
                .contains(" 0 failed");
    }

    @Test
    void files_linksAndWorsePlanted_neverLeaveTheDirectory() throws IOException, InterruptedException {
        assertThat(run(directory.resolve("files_test").toString())).contains(" 0 failed");
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(List.of(command)).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("UBSAN_OPTIONS", "print_stacktrace=1");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("%s ends within a minute", command[0])
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}

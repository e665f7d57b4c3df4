package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.language.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What becomes of arguments that are no ordinary words. */
@SuppressWarnings("NullAway.Init") // set before the first test
final class ArgumentsTest {

    private static Path base;
    private static NsjailSandboxes sandboxes;

    @BeforeAll
    static void open() throws IOException {
        base = RealSandboxes.newBaseDirectory();
        sandboxes = NsjailSandboxes.open(RealSandboxes.fresh(base));
    }

    @AfterAll
    static void close() throws IOException {
        sandboxes.close();
        Files.delete(base);
    }

    private static String echo(String... arguments) {
        return RealSandboxes.run(
                        sandboxes,
                        Language.BASH,
                        RealSandboxes.LIMITS,
                        RealSandboxes.program("printf '%s' \"$1\" | wc -c; printf '%.20s' \"$1\"", arguments))
                .stdout();
    }

    @Test
    void run_argumentLooksLikeOneOfOurPlaceholders_isPassedAsItIs() {
        assertThat(echo("{heapMegabytes}")).isEqualTo("15\n{heapMegabytes}");
    }

    @Test
    void run_longestArgumentOfTheKernel_isPassed() {
        assertThat(echo("x".repeat(131_071))).startsWith("131071\n");
    }

    @Test
    void run_longerArgument_isRefusedWithTheLimit() {
        assertThatThrownBy(() -> echo("x".repeat(131_072)))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refusal -> assertThat(refusal.field()).isEqualTo("args"))
                .hasMessageContaining("131071");
    }
}

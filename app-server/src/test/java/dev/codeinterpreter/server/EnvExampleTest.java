package dev.codeinterpreter.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class EnvExampleTest {
    @Test
    void envExample_isWhatTheVariablesSay() throws IOException {
        Path file = Path.of("..", ".env.example");

        assertThat(Files.readString(file))
                .as("%s must be made of Variables; what it has to be is the expected text", file)
                .isEqualTo(EnvExample.text());
    }
}

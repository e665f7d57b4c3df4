package dev.codeinterpreter.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EmbeddingTest {
    private static final Path SOURCE = Path.of("src/test/java/dev/codeinterpreter/example/Embedding.java");
    private static final Path README = Path.of("..", "README.md");

    @Test
    void answer_realSandbox_givesWhatTheProgramPrints() {
        assertThat(Embedding.answer()).isEqualTo("42\n");
    }

    @Test
    void readme_showsTheVeryProgram() throws IOException {
        List<String> source = Files.readAllLines(SOURCE);
        String example = String.join(
                        "\n",
                        source.subList(
                                source.indexOf("        // tag::embedding") + 1,
                                source.indexOf("        // end::embedding")))
                .stripIndent();

        assertThat(example).contains("ExecutionService");
        assertThat(Files.readString(README)).contains(example);
    }
}

package dev.codeinterpreter.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DotEnvTest {
    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "A=plain                | plain",
                "A = spaces around      | spaces around",
                "export A=exported      | exported",
                "A=value # comment      | value",
                "A=colour#1             | colour#1",
                "A=\"quoted # no comment\" | quoted # no comment",
                "A='single \"inside\"'  | single \"inside\"",
                "A=\"a \\\"b\\\" \\$c\" | a \"b\" $c",
                "A=back\\slash$money    | back\\slash$money",
                "A=x=y                  | x=y",
                "A='quoted' # comment   | quoted"
            })
    void read_line_givesItsValue(String line, String value) throws IOException {
        assertThat(read(line).values()).containsExactly(java.util.Map.entry("A", value));
        assertThat(read(line).problems()).isEmpty();
    }

    @Test
    void read_blankLinesCommentsAndRepeatedNames_lastOneWins() throws IOException {
        DotEnv found = read("# comment\n\n  \nA=1\nA=2\nB=\nC=# only a comment\n");

        assertThat(found.values()).containsOnlyKeys("A", "B", "C").containsEntry("A", "2");
        assertThat(found.values()).containsEntry("B", "").containsEntry("C", "");
    }

    @Test
    void read_lineWithoutEqualsSign_isAProblemWithItsNumber() throws IOException {
        DotEnv found = read("A=1\nnonsense\nB=2\n");

        assertThat(found.problems())
                .singleElement()
                .asString()
                .contains(".env line 2")
                .contains("NAME=value");
        assertThat(found.values()).containsOnlyKeys("A", "B");
    }

    @Test
    void read_noFile_hasNeitherValuesNorProblems() {
        assertThat(DotEnv.read(directory.resolve(".env")))
                .isEqualTo(new DotEnv(java.util.Map.of(), java.util.List.of()));
    }

    @Test
    void read_notUtf8_isAProblem() throws IOException {
        Path file = directory.resolve(".env");
        Files.write(file, new byte[] {'A', '=', (byte) 0xff});

        assertThat(DotEnv.read(file).problems()).singleElement().asString().contains("not UTF-8");
    }

    @Test
    void read_aDirectory_isAProblem() throws IOException {
        Path file = Files.createDirectory(directory.resolve(".env"));

        assertThat(DotEnv.read(file).problems()).singleElement().asString().contains("cannot be read");
    }

    private DotEnv read(String text) throws IOException {
        return DotEnv.read(Files.writeString(directory.resolve(".env"), text, StandardCharsets.UTF_8));
    }
}

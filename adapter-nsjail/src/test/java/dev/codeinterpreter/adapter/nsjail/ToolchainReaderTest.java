package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ToolchainReaderTest {

    @Test
    void start_filesAndDirectories_readsThemAll(@TempDir Path directory) throws Exception {
        Path below = Files.createDirectories(directory.resolve("a/b"));
        Files.write(below.resolve("one"), new byte[3000]);
        Path alone = Files.write(directory.resolve("two"), new byte[40]);

        assertThat(leftAfterReading(List.of(directory.resolve("missing"), below, alone), 10_000))
                .isEqualTo(10_000 - 3040);
    }

    @Test
    void start_moreThanAllowed_endsEarly(@TempDir Path directory) throws Exception {
        for (int i = 0; i < 5; i++) {
            Files.write(directory.resolve("f" + i), new byte[1000]);
        }

        assertThat(leftAfterReading(List.of(directory), 2500)).isBetween(-1000L, 0L);
    }

    @Test
    void start_linksInALoop_ends(@TempDir Path directory) throws Exception {
        Files.createSymbolicLink(directory.resolve("loop"), directory);
        Files.write(directory.resolve("f"), new byte[10]);

        assertThat(leftAfterReading(List.of(directory), 100)).isEqualTo(90);
    }

    private static long leftAfterReading(List<Path> roots, long maximum) throws IOException, InterruptedException {
        try (ToolchainReader reader = ToolchainReader.start(roots, maximum)) {
            reader.join();
            return reader.left();
        }
    }
}

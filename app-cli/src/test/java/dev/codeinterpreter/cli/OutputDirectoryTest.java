package dev.codeinterpreter.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.codeinterpreter.core.file.FileName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OutputDirectoryTest {
    @TempDir
    private Path temporary = Path.of("");

    private Path target = Path.of("");
    private Path outside = Path.of("");

    @BeforeEach
    void makeDirectories() throws IOException {
        target = temporary.resolve("target");
        outside = Files.createDirectory(temporary.resolve("outside"));
    }

    @Test
    void save_nameWithDirectories_makesThem() throws IOException {
        OutputDirectory directory = OutputDirectory.open(target);

        directory.save(new FileName("charts/2026/sales 日本.txt"), content("hello"));

        assertThat(target.resolve("charts/2026/sales 日本.txt")).hasContent("hello");
    }

    @Test
    void save_existingFile_replacesIt() throws IOException {
        OutputDirectory directory = OutputDirectory.open(target);
        directory.save(new FileName("a.txt"), content("a longer old text"));

        directory.save(new FileName("a.txt"), content("new"));

        assertThat(target.resolve("a.txt")).hasContent("new");
        assertThat(names(target)).containsExactly("a.txt");
    }

    @Test
    void save_linkInPlaceOfTheFile_replacesTheLinkItself() throws IOException {
        OutputDirectory directory = OutputDirectory.open(target);
        Path victim = Files.writeString(outside.resolve("victim.txt"), "untouched");
        Files.createSymbolicLink(target.resolve("a.txt"), victim);

        directory.save(new FileName("a.txt"), content("new"));

        assertThat(victim).hasContent("untouched");
        assertThat(target.resolve("a.txt")).isRegularFile().hasContent("new");
        assertThat(Files.isSymbolicLink(target.resolve("a.txt"))).isFalse();
    }

    @Test
    void save_linkInPlaceOfADirectory_isRefused() throws IOException {
        OutputDirectory directory = OutputDirectory.open(target);
        Files.createSymbolicLink(target.resolve("sub"), outside);

        assertThatIOException()
                .isThrownBy(() -> directory.save(new FileName("sub/a.txt"), content("new")))
                .withMessageContaining("link");
        assertThat(names(outside)).isEmpty();
    }

    @Test
    void save_fileInPlaceOfADirectory_isRefused() throws IOException {
        OutputDirectory directory = OutputDirectory.open(target);
        directory.save(new FileName("sub"), content("a file"));

        assertThatIOException().isThrownBy(() -> directory.save(new FileName("sub/a.txt"), content("new")));
        assertThat(target.resolve("sub")).hasContent("a file");
    }

    @Test
    void save_directoryInPlaceOfTheFile_isRefusedAndLeavesNothingBehind() throws IOException {
        OutputDirectory directory = OutputDirectory.open(target);
        directory.save(new FileName("sub/a.txt"), content("old"));

        assertThatIOException().isThrownBy(() -> directory.save(new FileName("sub"), content("new")));
        assertThat(names(target)).containsExactly("sub");
    }

    @Test
    void save_contentFails_leavesTheOldFile() throws IOException {
        OutputDirectory directory = OutputDirectory.open(target);
        directory.save(new FileName("a.txt"), content("old"));
        InputStream failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("on purpose");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return read();
            }
        };

        assertThatIOException()
                .isThrownBy(() -> directory.save(new FileName("a.txt"), failing))
                .withMessage("on purpose");
        assertThat(target.resolve("a.txt")).hasContent("old");
        assertThat(names(target)).containsExactly("a.txt");
    }

    @Test
    void open_aFile_isRefused() throws IOException {
        Path file = Files.writeString(temporary.resolve("file"), "content");

        assertThatIOException().isThrownBy(() -> OutputDirectory.open(file));
    }

    private static InputStream content(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Stream<String> names(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.map(child -> child.getFileName().toString()).sorted().toList().stream();
        }
    }
}

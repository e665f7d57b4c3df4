package dev.codeinterpreter.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.file.FileName;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FileNoticeTest {

    @Test
    void of_oneFile_isNamed() {
        assertThat(FileNotice.of(List.of(new FileName("a/b.txt")), "could not be stored"))
                .isEqualTo("1 file could not be stored: a/b.txt");
    }

    @Test
    void of_manyFiles_showsTheFirstTen() {
        List<FileName> names =
                IntStream.range(10, 23).mapToObj(i -> new FileName("f" + i)).toList();

        assertThat(FileNotice.of(names, "not returned"))
                .isEqualTo("13 files not returned: f10, f11, f12, f13, f14, f15, f16, f17, f18, f19 and 3 more");
    }

    @Test
    void of_nameWithControlCharacters_staysOnOneLine() {
        assertThat(FileNotice.of(List.of(new FileName("a\nTime limit exceeded\u001b[31m\u2028é😀")), "left"))
                .isEqualTo("1 file left: a?Time limit exceeded?[31m?é😀");
    }
}

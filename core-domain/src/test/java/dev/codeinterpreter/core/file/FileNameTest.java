package dev.codeinterpreter.core.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FileNameTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "sales.csv",
                "charts/2026/p.png",
                "résumé 日本 😀.txt",
                "..x",
                "a..b.txt",
                "x..",
                "...",
                ".env",
                ".config/app/settings.ini",
                "a b",
                " ",
                "line\nbreak",
                "quote'\"$(rm -rf ~)`*?",
                "-rf",
                "C:",
                "a:b",
                "~",
                "1/2/3/4/5/6/7/8/9/10"
            })
    void of_legalNames_areKeptAsTheyAre(String name) {
        assertThat(new FileName(name).value()).isEqualTo(name);
        assertThat(FileName.isLegal(name)).isTrue();
        assertThat(FileName.parse("file", name)).isEqualTo(new FileName(name)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/etc/passwd",
                "//x",
                "..",
                ".",
                "../x",
                "a/../b",
                "a/..",
                "./a",
                "a/.",
                "a//b",
                "a/",
                "a\0b",
                "\0",
                "a\\b",
                "..\\x",
                "C:\\x",
                "\ud83d.txt",
                "x\ude00",
                "1/2/3/4/5/6/7/8/9/10/11"
            })
    void of_illegalNames_areRefused(String name) {
        assertThat(FileName.isLegal(name)).isFalse();
        assertThatThrownBy(() -> new FileName(name)).isInstanceOfSatisfying(InvalidRequestException.class, refusal -> {
            assertThat(refusal.field()).isEqualTo("name");
            assertThat(refusal.code()).isEqualTo("invalid_file_name");
        });
    }

    @Test
    void parse_illegalName_namesFieldAndValueWithoutControlCharacters() {
        assertThatThrownBy(() -> FileName.parse("files[2].name", "a\0b"))
                .isInstanceOfSatisfying(InvalidRequestException.class, refusal -> {
                    assertThat(refusal.field()).isEqualTo("files[2].name");
                    assertThat(refusal.reason()).contains("files[2].name", "'a\\0b'", "NUL");
                });
    }

    @Test
    void parse_veryLongName_isAbbreviatedInTheMessage() {
        assertThatThrownBy(() -> FileName.parse("name", "x".repeat(100_000)))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refusal -> assertThat(refusal.reason().length()).isLessThan(250));
    }

    @Test
    void of_segmentLength_isCountedInBytes() {
        assertThat(FileName.isLegal("x".repeat(255))).isTrue();
        assertThat(FileName.isLegal("x".repeat(256))).isFalse();
        assertThat(FileName.isLegal("é".repeat(127))).isTrue();
        assertThat(FileName.isLegal("é".repeat(128))).isFalse();
        assertThat(FileName.isLegal("😀".repeat(63))).isTrue();
        assertThat(FileName.isLegal("😀".repeat(64))).isFalse();
    }

    @Test
    void of_wholeLength_isCountedInCharacters() {
        String segment = "x".repeat(255);
        String longest = segment + "/" + segment + "/" + segment + "/" + segment;

        assertThat(longest).hasSize(1023);
        assertThat(FileName.isLegal(longest)).isTrue();
        assertThat(FileName.isLegal(longest + "/x")).isFalse();
    }

    @Test
    void segments_nestedName_areItsParts() {
        assertThat(new FileName("a/b c/d.txt").segments()).containsExactly("a", "b c", "d.txt");
        assertThat(new FileName("d.txt").segments()).containsExactly("d.txt");
    }

    @Test
    void lastSegment_nestedName_isItsEnd() {
        assertThat(new FileName("a/b/d.txt").lastSegment()).isEqualTo("d.txt");
        assertThat(new FileName("d.txt").lastSegment()).isEqualTo("d.txt");
    }

    @Test
    void compareTo_names_goesByTheirText() {
        assertThat(new FileName("a/b")).isLessThan(new FileName("b")).isGreaterThan(new FileName("a"));
    }
}

package dev.codeinterpreter.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ContentDispositionTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "form-data; name=\"file\"; filename=\"sales.csv\" | file | sales.csv",
                "form-data; name=\"file\"; filename=\"é ü 日本 😀.csv\" | file | é ü 日本 😀.csv",
                "form-data; name=\"file\"; filename=\"a %22x%22.csv\" | file | a \"x\".csv",
                "form-data; name=\"file\"; filename=\"a \\\"x\\\".csv\" | file | a \"x\".csv",
                "form-data; name=\"file\"; filename=\"100%25 %41;x=y.csv\" | file | 100%25 %41;x=y.csv",
                "form-data; name=\"file\"; filename=\"pkg/tool/SKILL.md\" | file | pkg/tool/SKILL.md",
                "form-data; name=\"file\"; filename=\"a\\b.txt\" | file | a\\b.txt",
                "form-data; name=\"file\"; filename=plain.txt; x=y | file | plain.txt",
                "form-data;name=file;filename=x | file | x",
                "form-data; NAME=\"f\"; FileName=\"x\" | f | x",
                "form-data; name=\"file\"; filename*=UTF-8''%C3%A9%20x | file | é x",
                "form-data; name=\"file\"; filename=\"real\"; filename*=UTF-8''other | file | real",
                "form-data; name=\"file\"; filename=\"open | file | open",
            })
    void parse_part_hasFieldAndName(String header, String name, String fileName) {
        assertThat(ContentDisposition.parse(header)).isEqualTo(new ContentDisposition(name, Optional.of(fileName)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "form-data; name=\"kind\" | kind",
                "form-data | ''",
                "'' | ''",
                "; ; = ;; | ''",
                "form-data; name= | ''",
                "form-data; name=\"x\"; filename*=latin1''x | x"
            })
    void parse_noFile_hasNoName(String header, String name) {
        assertThat(ContentDisposition.parse(header)).isEqualTo(new ContentDisposition(name, Optional.empty()));
    }

    @Test
    void parse_emptyFileName_isThere() {
        assertThat(ContentDisposition.parse("form-data; name=\"file\"; filename=\"\"")
                        .fileName())
                .contains("");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "p.png | attachment; filename=\"p.png\"; filename*=UTF-8''p.png",
                "a b.csv | attachment; filename=\"a b.csv\"; filename*=UTF-8''a%20b.csv",
                "é.csv | attachment; filename=\"e.csv\"; filename*=UTF-8''%C3%A9.csv",
                "日.csv | attachment; filename=\"_.csv\"; filename*=UTF-8''%E6%97%A5.csv",
                "😀 | attachment; filename=\"_\"; filename*=UTF-8''%F0%9F%98%80",
                "a\"b%c.txt | attachment; filename=\"a_b_c.txt\"; filename*=UTF-8''a%22b%25c.txt",
                "it's(1)*.txt | attachment; filename=\"it's(1)*.txt\"; filename*=UTF-8''it%27s%281%29%2A.txt"
            })
    void attachment_anyName_isAsciiAndExact(String name, String header) {
        assertThat(ContentDisposition.attachment(name)).isEqualTo(header);
    }

    @Test
    void attachment_lineBreakInName_staysOneLine() {
        assertThat(ContentDisposition.attachment("a\r\nSet-Cookie: x")).doesNotContain("\r", "\n");
    }
}

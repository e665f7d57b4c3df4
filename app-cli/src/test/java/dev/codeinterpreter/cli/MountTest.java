package dev.codeinterpreter.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.codeinterpreter.core.file.FileName;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class MountTest {
    @ParameterizedTest
    @CsvSource({
        "sales.csv, sales.csv, sales.csv",
        "/data/sales.csv, /data/sales.csv, sales.csv",
        "../sales.csv, ../sales.csv, sales.csv",
        "sales.csv=in/2026.csv, sales.csv, in/2026.csv",
        "a=b.csv=c.csv, a=b.csv, c.csv"
    })
    void convert_pathWithOrWithoutName_isBoth(String text, Path path, String name) {
        assertThat(new Mount.Converter().convert(text)).isEqualTo(new Mount(path, new FileName(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "..", "a.csv=", "a.csv=/etc/passwd", "a.csv=../b", "a.csv=a//b"})
    void convert_noPossibleName_isRefused(String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new Mount.Converter().convert(text))
                .withMessageContaining("PATH=NAME");
    }
}

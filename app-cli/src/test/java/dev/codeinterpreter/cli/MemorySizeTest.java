package dev.codeinterpreter.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class MemorySizeTest {
    @ParameterizedTest
    @CsvSource({
        "256m, 268435456",
        "256M, 268435456",
        "256MB, 268435456",
        "256MiB, 268435456",
        "1g, 1073741824",
        "65536k, 67108864",
        "16777216, 16777216",
        "1024g, 1099511627776"
    })
    void convert_sizeWithUnit_isThatManyBytes(String text, long bytes) {
        assertThat(new MemorySize().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "15m", "16777215", "1025g", "-1g", "1.5g", "1t", "999999999999g", "256 m"})
    void convert_anythingElse_isRefusedWithAnExample(String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new MemorySize().convert(text))
                .withMessageContaining("'" + text + "'")
                .withMessageContaining("256m");
    }
}

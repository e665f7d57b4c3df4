package dev.codeinterpreter.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class TimeLimitTest {
    @ParameterizedTest
    @CsvSource({"500ms, 500", "2s, 2000", "2, 2000", "1.5s, 1500", "1m, 60000", "1H, 3600000", "24h, 86400000", "1ms, 1"
    })
    void convert_timeWithUnit_isThatTime(String text, long milliseconds) {
        assertThat(new TimeLimit().convert(text)).isEqualTo(Duration.ofMillis(milliseconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "0", "0.4ms", "-1s", "2 s", "2d", "25h", "1e3", "99999999999s"})
    void convert_anythingElse_isRefusedWithAnExample(String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new TimeLimit().convert(text))
                .withMessageContaining("'" + text + "'")
                .withMessageContaining("500ms");
    }
}

package dev.codeinterpreter.adapter.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LocalSettingsTest {

    private static final Path DIRECTORY = Path.of("data");

    @Test
    void in_directory_takesTheDefaults() {
        assertThat(LocalSettings.in(DIRECTORY))
                .isEqualTo(new LocalSettings(DIRECTORY, 100L * 1024 * 1024, Duration.ofSeconds(10)));
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, (1L << 30) + 1})
    void construct_maximumStateBytesOutOfRange_namesFieldAndValue(long bytes) {
        assertThatThrownBy(() -> new LocalSettings(DIRECTORY, bytes, Duration.ofSeconds(1)))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        failure -> assertThat(failure.field()).isEqualTo("maximumStateBytes"))
                .hasMessageContaining(String.valueOf(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S"})
    void construct_timeoutNotPositive_namesFieldAndValue(Duration timeout) {
        assertThatThrownBy(() -> new LocalSettings(DIRECTORY, 1, timeout))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        failure -> assertThat(failure.field()).isEqualTo("timeout"))
                .hasMessageContaining(timeout.toString());
    }
}

package dev.codeinterpreter.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.time.Duration;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class HttpSettingsTest {

    private static final HttpSettings.Sizes SIZES = HttpSettings.Sizes.DEFAULT;
    private static final HttpSettings.Times TIMES = HttpSettings.Times.DEFAULT;

    static Stream<Arguments> outOfRange() {
        return Stream.of(
                refused("host", () -> HttpSettings.DEFAULT.withHost(" ")),
                refused("port", () -> HttpSettings.DEFAULT.withPort(-1)),
                refused("port", () -> HttpSettings.DEFAULT.withPort(65_536)),
                refused("headerBytes", () -> SIZES.withHeaderBytes(1023)),
                refused("bodyBytes", () -> SIZES.withBodyBytes(0)),
                refused("uploadBytes", () -> SIZES.withUploadBytes(0)),
                refused("uploadFiles", () -> SIZES.withUploadFiles(0)),
                refused("idle", () -> TIMES.withIdle(Duration.ZERO)),
                refused("header", () -> TIMES.withHeader(Duration.ZERO)),
                refused("body", () -> TIMES.withBody(Duration.ofNanos(1))),
                refused("keepAlive", () -> TIMES.withKeepAlive(Duration.ofSeconds(-1))),
                refused("peerCheck", () -> TIMES.withPeerCheck(Duration.ZERO)),
                refused("close", () -> TIMES.withClose(Duration.ZERO)),
                refused("requests", () -> new HttpSettings.Load(0, 1)),
                refused("connections", () -> new HttpSettings.Load(1, 0)));
    }

    private static Arguments refused(String field, ThrowingCallable making) {
        return Arguments.of(field, making);
    }

    @ParameterizedTest
    @MethodSource("outOfRange")
    void settings_outOfRange_refusedByName(String field, ThrowingCallable making) {
        assertThatThrownBy(making)
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refusal -> assertThat(refusal.field()).isEqualTo(field));
    }

    @Test
    void default_keepsWhatClientsRelyOn() {
        assertThat(HttpSettings.DEFAULT.port()).isEqualTo(8000);
        assertThat(TIMES.keepAlive()).isEqualTo(Duration.ofMillis(2500));
        assertThat(TIMES.peerCheck()).isLessThan(Duration.ofSeconds(2));
        assertThat(TIMES.body()).isGreaterThan(Duration.ofMinutes(2));
        assertThat(SIZES.uploadFiles()).isEqualTo(300);
    }
}

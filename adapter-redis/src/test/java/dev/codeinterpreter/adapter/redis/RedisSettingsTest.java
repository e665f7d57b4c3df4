package dev.codeinterpreter.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RedisSettingsTest {

    private static final RedisSettings SETTINGS = RedisSettings.of("localhost", 6379);

    @Test
    void of_address_hasTheDefaults() {
        assertThat(SETTINGS)
                .isEqualTo(new RedisSettings(
                        "localhost",
                        6379,
                        Optional.empty(),
                        Optional.empty(),
                        0,
                        false,
                        Optional.empty(),
                        "code-interpreter:",
                        20,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        104_857_600));
    }

    @Test
    void with_everything_isKept() {
        RedisSettings settings = SETTINGS.withCredentials(Optional.of("user"), Optional.of("secret"))
                .withDatabase(3)
                .withTls(Optional.of(Path.of("/ca.pem")))
                .withKeyPrefix("ours:")
                .withConnections(5, Duration.ofMillis(10), Duration.ofMinutes(5))
                .withMaximumStateBytes(1);

        assertThat(settings)
                .isEqualTo(new RedisSettings(
                        "localhost",
                        6379,
                        Optional.of("user"),
                        Optional.of("secret"),
                        3,
                        true,
                        Optional.of(Path.of("/ca.pem")),
                        "ours:",
                        5,
                        Duration.ofMillis(10),
                        Duration.ofMinutes(5),
                        1));
        assertThat(settings.toString()).isEqualTo("rediss://user:***@localhost:6379/3 with prefix ours:");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "redis://localhost, localhost, 6379, -, -, 0, false",
                "redis://localhost:1/, localhost, 1, -, -, 0, false",
                "rediss://redis.example.org:6380/15, redis.example.org, 6380, -, -, 15, true",
                "redis://secret@host, host, 6379, -, secret, 0, false",
                "redis://:secret@host:7, host, 7, -, secret, 0, false",
                "redis://user:secret@host:7/2, host, 7, user, secret, 2, false",
                "redis://us%65r:p%40ss%3Aw%C3%B6rd@host, host, 6379, user, p@ss:wörd, 0, false",
                "redis://user:p@ss/w#rd?+:x@host, host, 6379, user, p@ss/w#rd?+:x, 0, false",
                "REDIS://user:secret@[::1]:7, ::1, 7, user, secret, 0, false"
            })
    void fromUrl_everyForm_isRead(
            String url,
            String host,
            int port,
            @Nullable String user,
            @Nullable String password,
            int database,
            boolean tls) {
        RedisSettings settings = RedisSettings.fromUrl(url);

        assertThat(settings.host()).isEqualTo(host);
        assertThat(settings.port()).isEqualTo(port);
        assertThat(settings.user()).isEqualTo(Optional.ofNullable(user));
        assertThat(settings.password()).isEqualTo(Optional.ofNullable(password));
        assertThat(settings.database()).isEqualTo(database);
        assertThat(settings.tls()).isEqualTo(tls);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "http://hidden@host",
                "redis://",
                "redis://hidden@",
                "redis://hidden@host:port",
                "redis://user:@host",
                "redis://hidden%4@host",
                "redis://hidden%zz@host",
                "redis://hidden@host/0/1",
                "redis://hidden@host?timeout=1"
            })
    void fromUrl_otherThings_refusedWithoutShowingThePassword(String url) {
        assertRefused("url", () -> RedisSettings.fromUrl(url));
        assertThatThrownBy(() -> RedisSettings.fromUrl(url)).hasMessageNotContaining("hidden");
    }

    @Test
    void of_othersOutOfRange_refused() {
        assertRefused("host", () -> RedisSettings.of(" ", 1));
        assertRefused("port", () -> RedisSettings.of("h", 0));
        assertRefused("port", () -> RedisSettings.fromUrl("redis://h:65536"));
        assertRefused("user", () -> SETTINGS.withCredentials(Optional.of("user"), Optional.empty()));
        assertRefused("database", () -> SETTINGS.withDatabase(-1));
        assertRefused("keyPrefix", () -> SETTINGS.withKeyPrefix(""));
        assertRefused("keyPrefix", () -> SETTINGS.withKeyPrefix("a*"));
        assertRefused("maximumStateBytes", () -> SETTINGS.withMaximumStateBytes(0));
        Duration second = Duration.ofSeconds(1);
        assertRefused("maximumConnections", () -> SETTINGS.withConnections(0, second, second));
        assertRefused("connectTimeout", () -> SETTINGS.withConnections(1, Duration.ZERO, second));
        assertRefused("socketTimeout", () -> SETTINGS.withConnections(1, second, Duration.ofHours(1)));
    }

    private static void assertRefused(String field, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        failure -> assertThat(failure.field()).isEqualTo(field));
    }
}

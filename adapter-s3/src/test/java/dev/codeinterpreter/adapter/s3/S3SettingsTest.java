package dev.codeinterpreter.adapter.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.time.Duration;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class S3SettingsTest {

    private static final S3Settings SETTINGS = S3Settings.of("localhost:3900", false);

    @Test
    void of_endpoint_hasTheDefaults() {
        assertThat(SETTINGS)
                .isEqualTo(new S3Settings(
                        "localhost:3900",
                        false,
                        "garage",
                        "code-interpreter-files",
                        Optional.empty(),
                        Duration.ofSeconds(1),
                        Duration.ofMillis(2500),
                        64));
    }

    @Test
    void with_everything_isKept() {
        S3Settings settings = S3Settings.of("s3.example.org", true)
                .withCredentials("key", "secret")
                .withBucket("eu-central-1", "files.example")
                .withRequests(3, Duration.ofMillis(10), Duration.ofMinutes(5));

        assertThat(settings)
                .isEqualTo(new S3Settings(
                        "s3.example.org",
                        true,
                        "eu-central-1",
                        "files.example",
                        Optional.of(new S3Settings.Credentials("key", "secret")),
                        Duration.ofMillis(10),
                        Duration.ofMinutes(5),
                        3));
        assertThat(settings.toString()).contains("key:***").doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "http://localhost:3900", "localhost:0", "localhost:65536", "localhost:", "a b", "h/x", "[::1"
            })
    void of_endpointThatIsNone_refused(String endpoint) {
        assertRefused("endpoint", () -> S3Settings.of(endpoint, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost:65535", "10.0.0.1:9000", "[::1]:3900", "my_host:1"})
    void of_endpoint_accepted(String endpoint) {
        assertThat(S3Settings.of(endpoint, true).url()).isEqualTo("https://" + endpoint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ab", "Files", "-files", "files-", "a..b", "files_1"})
    void withBucket_nameThatStoresRefuse_refused(String bucket) {
        assertRefused("bucket", () -> SETTINGS.withBucket("garage", bucket));
    }

    @Test
    void with_othersOutOfRange_refused() {
        assertRefused("region", () -> SETTINGS.withBucket("a region", "files"));
        assertRefused("maximumRequests", () -> SETTINGS.withRequests(0, Duration.ofSeconds(1), Duration.ofSeconds(1)));
        assertRefused("connectTimeout", () -> SETTINGS.withRequests(1, Duration.ZERO, Duration.ofSeconds(1)));
        assertRefused("timeout", () -> SETTINGS.withRequests(1, Duration.ofSeconds(1), Duration.ofHours(1)));
        assertRefused("accessKey", () -> SETTINGS.withCredentials(" ", "secret"));
        assertRefused("secretKey", () -> SETTINGS.withCredentials("key", ""));
    }

    private static void assertRefused(String field, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        failure -> assertThat(failure.field()).isEqualTo(field));
    }
}

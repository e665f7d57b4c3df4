package dev.codeinterpreter.core.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.NotAllowedException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AccessTest {

    private static final String SECRET = "correct horse battery staple";
    private static final String OTHER = "another key of some length";

    private final AccessService access = AccessService.requiring(
            List.of(ApiKey.configured("API_KEY", SECRET), ApiKey.configured("API_KEYS[0]", OTHER)));

    @Test
    void authenticate_knownKeys_differInOwner() {
        Caller one = access.authenticate(Optional.of(SECRET));
        Caller two = access.authenticate(Optional.of(OTHER));

        assertThat(one.owner()).matches("[0-9a-f]{32}").isNotEqualTo(two.owner());
        assertThat(access.authenticate(Optional.of(SECRET))).isEqualTo(one);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "correct horse battery stapl",
                "correct horse battery staple ",
                "CORRECT HORSE BATTERY STAPLE"
            })
    void authenticate_unknownKey_refusedWithoutRepeatingIt(String secret) {
        assertThatThrownBy(() -> access.authenticate(Optional.of(secret)))
                .isInstanceOfSatisfying(NotAllowedException.class, refusal -> {
                    assertThat(refusal.kind()).isEqualTo(NotAllowedException.Kind.NOT_AUTHENTICATED);
                    assertThat(refusal.reason()).isEqualTo("Invalid API key");
                });
    }

    @Test
    void authenticate_noKey_refused() {
        assertThatThrownBy(() -> access.authenticate(Optional.empty())).isInstanceOf(NotAllowedException.class);
        assertThatThrownBy(() -> access.authenticate(Optional.of(""))).isInstanceOf(NotAllowedException.class);
    }

    @Test
    void authenticate_openService_letsEverybodyIn() {
        assertThat(AccessService.open().authenticate(Optional.empty())).isEqualTo(Caller.ANONYMOUS);
        assertThat(AccessService.open().authenticate(Optional.of("anything"))).isEqualTo(Caller.ANONYMOUS);
    }

    @Test
    void authenticate_noKeysConfigured_letsNobodyIn() {
        assertThatThrownBy(() -> AccessService.requiring(List.of()).authenticate(Optional.of(SECRET)))
                .isInstanceOf(NotAllowedException.class);
    }

    @Test
    void apiKey_toString_showsNothing() {
        assertThat(ApiKey.presented(SECRET).toString()).isEqualTo("ApiKey[****]");
    }

    @Test
    void apiKey_equality_goesByTheSecret() {
        assertThat(ApiKey.presented(SECRET))
                .isEqualTo(ApiKey.configured("API_KEY", SECRET))
                .hasSameHashCodeAs(ApiKey.configured("API_KEY", SECRET))
                .isNotEqualTo(ApiKey.presented(OTHER));
    }

    @Test
    void configured_shortSecret_refusedWithoutRepeatingIt() {
        assertThatThrownBy(() -> ApiKey.configured("API_KEY", "fifteen letters"))
                .isInstanceOfSatisfying(InvalidRequestException.class, refusal -> {
                    assertThat(refusal.field()).isEqualTo("API_KEY");
                    assertThat(refusal.reason()).contains("at least 16").doesNotContain("fifteen");
                });
    }

    @Test
    void caller_blankOwner_refused() {
        assertThatThrownBy(() -> new Caller(" ", Optional.empty())).isInstanceOf(InvalidRequestException.class);
    }
}

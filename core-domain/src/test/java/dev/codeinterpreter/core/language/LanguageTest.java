package dev.codeinterpreter.core.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LanguageTest {

    @Test
    void codes_ofTheWire_areThirteen() {
        assertThat(Arrays.stream(Language.values()).map(Language::code))
                .containsExactlyInAnyOrder(
                        "py", "js", "ts", "go", "java", "c", "cpp", "php", "rs", "r", "f90", "d", "bash");
    }

    @ParameterizedTest
    @EnumSource
    void parse_codeAndAliases_inAnyCase(Language language) {
        assertThat(Language.parse(language.code())).isEqualTo(language);
        assertThat(Language.parse(language.code().toUpperCase(Locale.ROOT))).isEqualTo(language);
        assertThat(language.aliases()).allSatisfy(alias -> {
            assertThat(Language.parse(alias)).isEqualTo(language);
            assertThat(Language.parse(alias.toUpperCase(Locale.ROOT))).isEqualTo(language);
        });
    }

    @ParameterizedTest
    @EnumSource
    void factors_ofEveryLanguage_onlyRaiseLimits(Language language) {
        assertThat(language.timeFactor()).isGreaterThanOrEqualTo(1);
        assertThat(language.memoryFactor()).isGreaterThanOrEqualTo(1);
    }

    @Test
    void parse_turkishMachine_makesNoDifference() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.of("tr", "TR"));
        try {
            assertThat(Language.parse("JAVASCRIPT")).isEqualTo(Language.JAVASCRIPT);
            assertThat(Language.parse("DLANG")).isEqualTo(Language.D);
            assertThat(Language.parse("RSCRIPT")).isEqualTo(Language.R);
            assertThat(Language.ofFileName("X.CPP")).contains(Language.CPP);
        } finally {
            Locale.setDefault(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " py", "py ", "cobol", "py\0", "*"})
    void parse_unknownName_refusedWithWhatWouldBeRight(String name) {
        assertThat(Language.find(name)).isEmpty();
        assertThatThrownBy(() -> Language.parse(name))
                .isInstanceOfSatisfying(InvalidRequestException.class, refusal -> {
                    assertThat(refusal.field()).isEqualTo("lang");
                    assertThat(refusal.code()).isEqualTo("unsupported_language");
                    assertThat(refusal.reason()).contains("'" + name + "'", "py, js, ts");
                });
    }

    @Test
    void parse_veryLongName_isAbbreviatedInTheMessage() {
        assertThatThrownBy(() -> Language.parse("x".repeat(10_000)))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refusal -> assertThat(refusal.reason().length()).isLessThan(200));
    }

    @ParameterizedTest
    @CsvSource({
        "a.py, PYTHON",
        "dir.c/a.R, R",
        "a.tar.rs, RUST",
        "x.mjs, JAVASCRIPT",
        "x.f08, FORTRAN",
        "x.sh, BASH",
        "x.cc, CPP"
    })
    void ofFileName_knownExtension_isItsLanguage(String name, Language language) {
        assertThat(Language.ofFileName(name)).contains(language);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "py", "Makefile", "a.", "a.txt", ".", "a.py/b"})
    void ofFileName_noKnownExtension_empty(String name) {
        assertThat(Language.ofFileName(name)).isEmpty();
    }
}

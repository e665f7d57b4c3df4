package dev.codeinterpreter.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.codeinterpreter.adapter.http.HttpSettings;
import dev.codeinterpreter.adapter.local.LocalSettings;
import dev.codeinterpreter.adapter.nsjail.NsjailSettings;
import dev.codeinterpreter.adapter.nsjail.PoolSettings;
import dev.codeinterpreter.core.access.AccessService;
import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.execution.ExecutionSettings;
import dev.codeinterpreter.core.failure.NotAllowedException;
import dev.codeinterpreter.core.file.FileSettings;
import dev.codeinterpreter.core.state.StateSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTest {
    private static final long MIB = 1L << 20;

    @TempDir
    private Path directory = Path.of("");

    @Test
    void load_nothingSet_givesTheDefaultsOfTheParts() {
        Settings settings = load(Map.of());

        assertThat(settings.http()).isEqualTo(HttpSettings.DEFAULT);
        assertThat(settings.execution()).isEqualTo(ExecutionSettings.DEFAULT);
        assertThat(settings.files()).isEqualTo(FileSettings.DEFAULT);
        assertThat(settings.state()).isEqualTo(StateSettings.DEFAULT);
        assertThat(settings.sandbox()).isEqualTo(NsjailSettings.defaults());
        assertThat(settings.storage()).isEqualTo(LocalSettings.in(Path.of("/var/lib/code-interpreter/data")));
        assertThat(settings.sessionLife()).isEqualTo(Duration.ofHours(24));
        assertThat(settings.sweepPause()).isEqualTo(Duration.ofMinutes(60));
        assertThat(settings.log()).isEqualTo(new LogSettings(LogLevel.INFO, LogFormat.JSON));
    }

    @Test
    void load_everythingSet_reachesItsPart() {
        Settings settings = load(variables("""
                API_HOST=127.0.0.1
                API_PORT=9001
                MAX_EXECUTION_TIME=7
                MAX_MEMORY_MB=256
                MAX_PROCESSES=33
                MAX_OUTPUT_BYTES=65536
                MAX_CONCURRENT_EXECUTIONS=3
                EXECUTION_QUEUE_SIZE=0
                MAX_REQUEST_BODY_MB=2
                MAX_FILE_SIZE_MB=11
                MAX_FILES_PER_SESSION=12
                MAX_OUTPUT_FILES=13
                SESSION_TTL_HOURS=2
                SESSION_CLEANUP_INTERVAL_MINUTES=5
                DATA_DIR=/data
                STATE_PERSISTENCE_ENABLED=false
                STATE_TTL_SECONDS=61
                STATE_CAPTURE_ON_ERROR=true
                STATE_MAX_REDIS_SIZE_MB=14
                MAX_STATE_SIZE_MB=15
                NSJAIL_BINARY=/bin/nsjail
                SANDBOX_BASE_DIR=/boxes
                SANDBOX_UID=1500
                SANDBOX_TMPFS_SIZE_MB=20
                SANDBOX_DISK_MB=30
                SANDBOX_POOL_PY=7
                LOG_LEVEL=warning
                LOG_FORMAT=text
                """));

        assertThat(settings.http().host()).isEqualTo("127.0.0.1");
        assertThat(settings.http().port()).isEqualTo(9001);
        assertThat(settings.http().sizes().bodyBytes()).isEqualTo(2 * MIB);
        assertThat(settings.http().sizes().uploadFiles()).isEqualTo(12);
        assertThat(settings.execution().maximumWallTime()).isEqualTo(Duration.ofSeconds(7));
        assertThat(settings.execution().capturedBytes()).isEqualTo(65_536);
        assertThat(settings.execution().concurrentExecutions()).isEqualTo(3);
        assertThat(settings.execution().queuedExecutions()).isZero();
        assertThat(settings.execution().limits().memoryBytes()).isEqualTo(256 * MIB);
        assertThat(settings.execution().limits().processes()).isEqualTo(33);
        assertThat(settings.execution().limits().temporaryBytes()).isEqualTo(20 * MIB);
        assertThat(settings.execution().limits().diskBytes()).isEqualTo(30 * MIB);
        assertThat(settings.execution().limits().fileBytes()).isEqualTo(11 * MIB);
        assertThat(settings.files()).isEqualTo(new FileSettings(11 * MIB, 12, 13));
        assertThat(settings.state())
                .isEqualTo(StateSettings.DEFAULT
                        .withEnabled(false)
                        .withTimeToLive(Duration.ofSeconds(61))
                        .withAfterFailure(true)
                        .withMaximumHotBytes(14 * MIB)
                        .withMaximumBytes(15 * MIB));
        assertThat(settings.sessionLife()).isEqualTo(Duration.ofHours(2));
        assertThat(settings.sweepPause()).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.storage().directory()).isEqualTo(Path.of("/data"));
        assertThat(settings.sandbox().nsjail()).isEqualTo("/bin/nsjail");
        assertThat(settings.sandbox().baseDirectory()).isEqualTo(Path.of("/boxes"));
        assertThat(settings.sandbox().uid()).isEqualTo(1500);
        assertThat(settings.sandbox().limits()).isEqualTo(settings.execution().limits());
        assertThat(settings.sandbox().pool().pythonRuns()).isEqualTo(7);
        assertThat(settings.log()).isEqualTo(new LogSettings(LogLevel.WARNING, LogFormat.TEXT));
    }

    @Test
    void load_poolSwitchedOff_parksNothing() {
        assertThat(load(Map.of("SANDBOX_POOL_ENABLED", "no", "SANDBOX_POOL_PY", "7"))
                        .sandbox()
                        .pool())
                .isEqualTo(PoolSettings.DISABLED);
    }

    @Test
    void load_oneVariableInEachSource_theStrongerSourceWins() throws IOException {
        Files.writeString(directory.resolve(".env"), "API_PORT=1\nMAX_MEMORY_MB=100\nMAX_PROCESSES=10\n");

        Settings settings = Settings.load(
                Map.of("API_PORT", "3"), Map.of("API_PORT", "2", "MAX_MEMORY_MB", "200"), directory, LogFormat.TEXT);

        assertThat(settings.http().port()).isEqualTo(3);
        assertThat(settings.execution().limits().memoryBytes()).isEqualTo(200 * MIB);
        assertThat(settings.execution().limits().processes()).isEqualTo(10);
    }

    @Test
    void load_lowerCaseNamesAndEmptyValues_areReadAndPassedOver() {
        Settings settings = load(Map.of("api_port", "9002", "MAX_MEMORY_MB", "  ", "API_HOST", ""));

        assertThat(settings.http().port()).isEqualTo(9002);
        assertThat(settings.http().host()).isEqualTo("0.0.0.0");
        assertThat(settings.execution().limits().memoryBytes()).isEqualTo(512 * MIB);
    }

    @ParameterizedTest
    @CsvSource({"9003, '', 9003", "'', 9004, 9004", "9003, 9004, 9003"})
    void load_port_apiPortWinsOverPort(String apiPort, String port, int expected) {
        Map<String, String> environment = Map.of("API_PORT", apiPort, "PORT", port);

        assertThat(load(environment).http().port()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "TRUE", "1", "yes", "on"})
    void load_authEnabled_asksForTheKey(String value) {
        AccessService access = load(Map.of("AUTH_ENABLED", value, "API_KEY", "0123456789abcdef"))
                .access()
                .service();

        assertThatNoException().isThrownBy(() -> access.authenticate(Optional.of("0123456789abcdef")));
        assertThatExceptionOfType(NotAllowedException.class).isThrownBy(() -> access.authenticate(Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "False", "0", "no", "off"})
    void load_authDisabled_letsEverybodyIn(String value) {
        AccessSettings access = load(Map.of("AUTH_ENABLED", value)).access();

        assertThat(access.service().authenticate(Optional.empty())).isEqualTo(Caller.ANONYMOUS);
        assertThat(access.generatedKey()).isEmpty();
    }

    @Test
    void load_furtherKeys_eachOpens() {
        AccessService access = load(Map.of("API_KEYS", "first-key-of-three, second-key-of-three,,third-key-of-three"))
                .access()
                .service();

        for (String key : List.of("first-key-of-three", "second-key-of-three", "third-key-of-three")) {
            assertThatNoException().isThrownBy(() -> access.authenticate(Optional.of(key)));
        }
    }

    @Test
    void load_noKey_makesAnotherOneForEachStart() {
        AccessSettings first = load(Map.of()).access();
        AccessSettings second = load(Map.of()).access();

        assertThat(first.generatedKey()).isPresent().isNotEqualTo(second.generatedKey());
        assertThatNoException().isThrownBy(() -> first.service().authenticate(first.generatedKey()));
    }

    @Test
    void load_keyWithDollarSign_isTakenLiterally() {
        AccessService access =
                load(Map.of("API_KEY", "pa${HOME}$word\\1234")).access().service();

        assertThatNoException().isThrownBy(() -> access.authenticate(Optional.of("pa${HOME}$word\\1234")));
    }

    @Test
    void load_severalProblems_tellsAllOfThemAtOnce() throws IOException {
        Files.writeString(directory.resolve(".env"), "what is this\nLOG_LEVEL=LOUD\n");

        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> load(Map.of("API_PORT", "70000", "AUTH_ENABLED", "maybe")))
                .satisfies(failure -> assertThat(failure.problems()).hasSize(4))
                .withMessageContaining("4 problems")
                .withMessageContaining(
                        "API_PORT is '70000' in the environment, it must be a whole number from 0 to 65535")
                .withMessageContaining("AUTH_ENABLED is 'maybe'")
                .withMessageContaining("LOG_LEVEL is 'LOUD' in .env, it must be one of DEBUG, INFO, WARNING, ERROR")
                .withMessageContaining(".env line 1");
    }

    @Test
    void load_shortKeys_areRefusedWithoutBeingShown() {
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> load(Map.of("API_KEY", "tooshort", "API_KEYS", "long-enough-0123456,shorty")))
                .withMessageContaining("API_KEY is (hidden, 8 characters)")
                .withMessageContaining("at least 16 characters")
                .withMessageNotContaining("tooshort")
                .withMessageNotContaining("shorty");
    }

    static Stream<Variable<?>> numbers() {
        return all().filter(variable -> variable.rule().words().startsWith("a whole number"));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void load_numberOutOfItsRange_isRefusedByName(Variable<?> variable) {
        List<String> ends = Arrays.stream(variable.rule().words().split("\\D+"))
                .filter(text -> !text.isEmpty())
                .toList();
        long minimum = Long.parseLong(ends.getFirst());
        long maximum = Long.parseLong(ends.getLast());

        for (String wrong : List.of(Long.toString(minimum - 1), Long.toString(maximum + 1), "1.5", "many")) {
            assertThatExceptionOfType(SettingsException.class)
                    .isThrownBy(() -> load(Map.of(variable.name(), wrong)))
                    .withMessageContaining(variable.name() + " is '" + wrong + "'");
        }
        for (String right : List.of(Long.toString(minimum), Long.toString(maximum))) {
            assertThatNoException().isThrownBy(() -> load(Map.of(variable.name(), right)));
        }
    }

    @Test
    void defaults_eachKeepsItsOwnRule() {
        assertThat(all())
                .isNotEmpty()
                .allSatisfy(variable -> variable.fallback()
                        .ifPresent(
                                text -> assertThat(variable.rule().read(text)).isPresent()));
    }

    private static Stream<Variable<?>> all() {
        return Variables.GROUPS.stream().flatMap(group -> group.variables().stream());
    }

    private Settings load(Map<String, String> environment) {
        return Settings.load(Map.of(), environment, directory, LogFormat.JSON);
    }

    private static Map<String, String> variables(String lines) {
        return lines.lines()
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
    }
}

package dev.codeinterpreter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.cli.DoctorCommand.Check;
import dev.codeinterpreter.cli.DoctorCommand.Report;
import dev.codeinterpreter.cli.DoctorCommand.Status;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.language.Language;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ReportCommandsTest {
    private final CommandLineFixture cli = new CommandLineFixture();

    @Test
    void languages_table_hasALineForEach() {
        assertThat(cli.run("languages")).isZero();

        assertThat(cli.out().lines())
                .hasSize(1 + Language.values().length)
                .anySatisfy(line -> assertThat(line).matches("cpp +C\\+\\+ +yes +cpp cc cxx +.*"));
        assertThat(cli.closed()).isEqualTo(1);
    }

    @Test
    void languages_json_hasAnObjectForEach() {
        assertThat(cli.run("languages", "--json")).isZero();

        JsonNode json = JsonMapper.shared().readTree(cli.out());
        assertThat(json.size()).isEqualTo(Language.values().length);
        assertThat(json.path(0).path("code").asString()).isEqualTo("py");
        assertThat(json.path(0).path("available").asBoolean()).isTrue();
    }

    @Test
    void doctor_layerDoesNotHold_endsWithOneAndShowsIt() {
        assertThat(cli.run("doctor")).isEqualTo(ExitStatus.UNHEALTHY);

        assertThat(cli.out()).containsPattern("FAILED +isolation +everything +scripts of a test");
        assertThat(cli.out()).containsPattern("ok +language +Python +toolchain found");
        assertThat(cli.err()).contains("FAILED above");
    }

    @Test
    void doctor_json_saysWhetherAllIsWell() {
        assertThat(cli.run("doctor", "--json")).isEqualTo(ExitStatus.UNHEALTHY);

        JsonNode json = JsonMapper.shared().readTree(cli.out());
        assertThat(json.path("healthy").asBoolean(true)).isFalse();
        assertThat(json.path("checks").findValuesAsString("area")).contains("java", "sandbox", "isolation", "language");
    }

    @Test
    void doctor_noSandboxes_tellsTheReasonInsteadOfFailing() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Streams streams = new Streams(InputStream.nullInputStream(), out, new ByteArrayOutputStream());

        int status = CodeInterpreter.run(
                streams,
                () -> {
                    throw new UnavailableException("nsjail", "nsjail is missing: docker/setup.sh installs it", null);
                },
                "doctor");

        assertThat(status).isEqualTo(ExitStatus.UNHEALTHY);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("FAILED", "nsjail is missing: docker/setup.sh");
    }

    @Test
    void report_someLanguagesMissing_isHealthyAndTellsHowToGetThem() {
        List<Check> checks = DoctorCommand.languages(Set.of(Language.PYTHON));

        assertThat(Report.of(checks).healthy()).isTrue();
        assertThat(checks).anySatisfy(check -> {
            assertThat(check.status()).isEqualTo(Status.ABSENT);
            assertThat(check.detail()).endsWith("docker/setup.sh --languages f90");
        });
    }

    @Test
    void report_noLanguageAtAll_isNotHealthy() {
        assertThat(Report.of(DoctorCommand.languages(Set.of())).healthy()).isFalse();
    }

    @Test
    void version_tellsNameAndVersion() {
        assertThat(cli.run("--version")).isZero();

        assertThat(cli.out()).startsWith("code-interpreter ");
    }

    @Test
    void help_listsTheCommandsAndTheExitStatus() {
        assertThat(cli.run("--help")).isZero();

        assertThat(cli.out()).contains("run", "languages", "doctor", "serve", "Exit status:");
    }

    @Test
    void noCommand_isRefused() {
        assertThat(cli.run()).isEqualTo(ExitStatus.USAGE);

        assertThat(cli.err()).contains("Missing required subcommand");
    }
}

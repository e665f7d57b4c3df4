package dev.codeinterpreter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.SandboxSpec;
import dev.codeinterpreter.core.sandbox.Script;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class RunCommandTest {
    private static final Outcome SUCCESS = new Outcome.Exited(0);

    @TempDir
    private Path directory = Path.of("");

    private final CommandLineFixture cli = new CommandLineFixture();
    private String program = "";

    @BeforeEach
    void writeProgram() throws IOException {
        program = Files.writeString(directory.resolve("program.py"), "program").toString();
    }

    @AfterEach
    void nothingIsLeftOpen() {
        assertThat(cli.sandboxes.open()).isZero();
    }

    @Test
    void run_program_passesBothStreamsAndItsExitCode() {
        script(run -> {
            run.stdout(new byte[] {(byte) 0xff, 0, 'a'});
            run.stderr("to stderr");
            return new Outcome.Exited(42);
        });

        int status = cli.run("run", program);

        assertThat(status).isEqualTo(42);
        assertThat(cli.outBytes()).containsExactly(0xff, 0, 'a');
        assertThat(cli.err()).isEqualTo("to stderr");
        assertThat(cli.closed()).isEqualTo(1);
    }

    @Test
    void run_optionsAfterDoubleDash_areTheProgramsArguments() {
        script(run -> {
            run.stdout(String.join("|", run.program().arguments()));
            return SUCCESS;
        });

        assertThat(cli.run("run", program, "--", "a b", "--lang", "-x", "")).isZero();

        assertThat(cli.out()).isEqualTo("a b|--lang|-x|");
    }

    @Test
    void run_file_stdinIsTheProgramsStdin() {
        script(run -> {
            run.stdout(input(run.program().input().stream().orElseThrow()));
            return SUCCESS;
        });

        assertThat(cli.runWithInput("typed in", "run", program)).isZero();

        assertThat(cli.out()).isEqualTo("typed in");
    }

    @Test
    void run_dash_readsTheProgramFromStdin() {
        script(run -> {
            run.stdout("input: " + run.program().input().stream().isPresent());
            return SUCCESS;
        });

        assertThat(cli.runWithInput("program", "run", "-", "--lang", "PHP")).isZero();

        assertThat(cli.out()).isEqualTo("input: false");
        assertThat(cli.sandboxes.specs())
                .singleElement()
                .extracting(SandboxSpec::language)
                .isEqualTo(Language.PHP);
    }

    @Test
    void run_limits_reachTheSandbox() {
        script(_ -> SUCCESS);

        assertThat(cli.run("run", program, "--timeout", "10m", "--memory", "3g"))
                .isZero();

        assertThat(cli.sandboxes.specs()).singleElement().satisfies(spec -> {
            assertThat(spec.limits().wallTime()).isEqualTo(Duration.ofMinutes(10));
            assertThat(spec.limits().memoryBytes()).isEqualTo(3L << 30);
        });
    }

    static Stream<Arguments> endings() {
        return Stream.of(
                Arguments.of(new Outcome.TimedOut(Duration.ofSeconds(2)), 124, "timed out after 2 seconds"),
                Arguments.of(new Outcome.MemoryExceeded(1 << 20, OptionalLong.empty()), 137, "memory"),
                Arguments.of(new Outcome.OutputExceeded(1 << 20), 137, "output"),
                Arguments.of(new Outcome.Signalled(11), 139, "signal 11"),
                Arguments.of(new Outcome.Cancelled(), 130, "cancelled"));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void run_endedProgram_tellsTheReasonOnStderr(Outcome outcome, int status, String words) {
        script(run -> {
            run.stdout("before");
            return outcome;
        });

        assertThat(cli.run("run", program)).isEqualTo(status);

        assertThat(cli.out()).isEqualTo("before");
        assertThat(cli.err()).startsWith("code-interpreter: ").contains(words);
    }

    @Test
    void run_mountedFiles_areThereUnderTheirNames() throws IOException {
        Path input = Files.writeString(directory.resolve("sales.csv"), "1,2");
        script(run -> {
            run.stdout(run.read("sales.csv").orElse("absent") + ";"
                    + run.read("in/other.csv").orElse("absent"));
            return SUCCESS;
        });

        assertThat(cli.run("run", program, "--file", input.toString(), "-f", input + "=in/other.csv"))
                .isZero();

        assertThat(cli.out()).isEqualTo("1,2;1,2");
    }

    @Test
    void run_out_savesNewAndChangedFilesOnly() throws IOException {
        Path input = Files.writeString(directory.resolve("same.txt"), "same");
        Path changed = Files.writeString(directory.resolve("changed.txt"), "old");
        Path target = directory.resolve("results/here");
        script(run -> {
            run.write("changed.txt", "new");
            run.write("charts/p.png", "png");
            return new Outcome.Exited(1);
        });

        int status =
                cli.run("run", program, "-f", input.toString(), "-f", changed.toString(), "--out", target.toString());

        assertThat(status).isEqualTo(1);
        assertThat(target.resolve("charts/p.png")).hasContent("png");
        assertThat(target.resolve("changed.txt")).hasContent("new");
        assertThat(target.resolve("same.txt")).doesNotExist();
        assertThat(cli.err()).isEmpty();
    }

    @Test
    void run_filesWithoutOut_saysHowToKeepThem() {
        script(run -> {
            run.write("p.png", "png");
            return SUCCESS;
        });

        assertThat(cli.run("run", program)).isZero();

        assertThat(cli.err()).isEqualTo("code-interpreter: the program left files, save them with --out DIR: p.png\n");
    }

    @Test
    void run_outCannotTakeAFile_saysSoAndFails() throws IOException {
        Path target =
                Files.createDirectories(directory.resolve("results/p.png")).getParent();
        script(run -> {
            run.write("p.png", "png");
            run.write("q.png", "png");
            return SUCCESS;
        });

        assertThat(cli.run("run", program, "--out", String.valueOf(target))).isEqualTo(ExitStatus.UNAVAILABLE);

        assertThat(cli.err()).contains("'p.png' was not saved");
        assertThat(directory.resolve("results/q.png")).hasContent("png");
    }

    @Test
    void run_json_printsTheWholeResultAndNothingElse() {
        script(run -> {
            run.stdout("out é");
            run.stderr("err");
            run.write("p.png", "png");
            return new Outcome.TimedOut(Duration.ofSeconds(2));
        });

        assertThat(cli.run("run", program, "--json")).isEqualTo(124);

        JsonNode json = JsonMapper.shared().readTree(cli.out());
        assertThat(json.path("language").asString()).isEqualTo("py");
        assertThat(json.path("reason").asString()).isEqualTo("time");
        assertThat(json.path("exit_code").asInt()).isEqualTo(124);
        assertThat(json.path("phase").asString()).isEqualTo("run");
        assertThat(json.path("stdout").asString()).isEqualTo("out é");
        assertThat(json.path("stderr").asString()).isEqualTo("err");
        assertThat(json.path("stdout_dropped_bytes").asLong(-1)).isZero();
        assertThat(json.path("files").path(0).path("name").asString()).isEqualTo("p.png");
        assertThat(json.path("files").path(0).path("change").asString()).isEqualTo("generated");
        assertThat(json.path("notices").path(0).asString()).contains("timed out");
        assertThat(json.path("cpu_millis").asLong()).isPositive();
        assertThat(json.path("peak_memory_bytes").asLong()).isPositive();
        assertThat(cli.err()).isEmpty();
    }

    @Test
    void run_readerOfStdoutWentAway_endsQuietlyLikeAShellCommand() {
        script(run -> {
            run.stdout("nobody reads this");
            return SUCCESS;
        });
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int oneByte) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        Streams streams = new Streams(InputStream.nullInputStream(), closed, OutputStream.nullOutputStream());

        int status = CodeInterpreter.run(
                streams, () -> new SandboxSource.Sandboxes(cli.sandboxes, () -> {}), "run", program);

        assertThat(status).isEqualTo(ExitStatus.BROKEN_PIPE);
    }

    @Test
    void run_sandboxUnavailable_saysWhyAndHowItEnds() {
        Streams streams = new Streams(
                new ByteArrayInputStream(new byte[0]),
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream());

        int status = CodeInterpreter.run(
                streams,
                () -> {
                    throw new UnavailableException("nsjail", "nsjail is missing", null);
                },
                "run",
                program);

        assertThat(status).isEqualTo(ExitStatus.UNAVAILABLE);
    }

    static Stream<Arguments> wrongUses() {
        return Stream.of(
                Arguments.of("run", "FILE"),
                Arguments.of("run nowhere.py", "'nowhere.py' cannot be read: there is no such file"),
                Arguments.of("run PROGRAM --lang cobol", "Unsupported language: 'cobol'"),
                Arguments.of("run - ", "--lang is needed"),
                Arguments.of("run PROGRAM.txt", "the extension of"),
                Arguments.of("run PROGRAM --timeout soon", "'soon' must be a time"),
                Arguments.of("run PROGRAM --memory 1m", "'1m' must be a size"),
                Arguments.of("run PROGRAM --file nowhere.csv", "'nowhere.csv' cannot be read: there is no such file"),
                Arguments.of("run PROGRAM --file .", "PATH=NAME"),
                Arguments.of("run PROGRAM --out PROGRAM", "is not a directory"),
                Arguments.of("run PROGRAM --fiel x", "--fiel"));
    }

    @ParameterizedTest
    @MethodSource("wrongUses")
    void run_wrongUse_isRefusedWithTwoAndTheReason(String command, String words) throws IOException {
        Files.writeString(directory.resolve("program.py.txt"), "program");

        int status = cli.runWithInput(
                "program", command.replace("PROGRAM", program).strip().split(" "));

        assertThat(status).isEqualTo(ExitStatus.USAGE);
        assertThat(cli.err()).contains(words);
        assertThat(cli.out()).isEmpty();
        assertThat(cli.sandboxes.specs()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n\t"})
    void run_blankProgram_isRefused(String source) throws IOException {
        Path blank = Files.writeString(directory.resolve("blank.py"), source);

        assertThat(cli.run("run", blank.toString())).isEqualTo(ExitStatus.USAGE);
        assertThat(cli.err()).contains("must not be blank");
    }

    @Test
    void run_programNotUtf8_isRefused() throws IOException {
        Path binary = Files.write(directory.resolve("binary.py"), new byte[] {'a', (byte) 0xff});

        assertThat(cli.run("run", binary.toString())).isEqualTo(ExitStatus.USAGE);
        assertThat(cli.err()).contains("is not UTF-8 text");
    }

    private void script(Script script) {
        cli.sandboxes.with("program", script);
    }

    private static String input(InputStream stream) {
        try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}

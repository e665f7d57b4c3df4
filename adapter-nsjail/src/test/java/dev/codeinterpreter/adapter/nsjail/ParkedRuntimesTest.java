package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.adapter.nsjail.RealSandboxes.Run;
import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Outcome.OutputExceeded;
import dev.codeinterpreter.core.execution.Outcome.TimedOut;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.Program;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import dev.codeinterpreter.core.sandbox.Sandbox;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A runtime that was started ahead behaves as one that is started for its program. */
@SuppressWarnings("NullAway.Init") // set before the first test
final class ParkedRuntimesTest {

    private static final Limits LIMITS = Limits.DEFAULT.withWallTime(Duration.ofSeconds(60));
    private static final List<String> ARGUMENTS = List.of("one", "a b", "'\"", "$(id)", "--help", "-e", "é😀", "");

    private static Path base;
    private static NsjailSandboxes parked;
    private static NsjailSandboxes cold;

    @BeforeAll
    static void open() throws IOException {
        base = RealSandboxes.newBaseDirectory();
        parked = NsjailSandboxes.open(RealSandboxes.parked(base)
                .withPool(PoolSettings.DEFAULT.withPython(false).withRuntimes(new PoolSettings.Runtimes(1, 1, 1, 1))));
        cold = NsjailSandboxes.open(RealSandboxes.parked(base)
                .withPool(PoolSettings.DEFAULT.withPython(false).withRuntimes(PoolSettings.Runtimes.NONE)));
    }

    @AfterAll
    static void close() throws IOException {
        assertThat(parked.pools()).as("every jail lives").allMatch(pool -> pool.jailFailures() == 0);
        parked.close();
        cold.close();
        Files.delete(base);
    }

    static List<SampleProgram> samples() {
        return SampleProgram.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void run_anyProgram_endsAndSaysTheSameAsCold(SampleProgram sample) {
        Program program = new Program(sample.source(), ARGUMENTS, ProgramInput.empty());

        Run expected = RealSandboxes.run(cold, sample.language(), usual(sample.language(), LIMITS), program);
        Run run = runParked(sample.language(), LIMITS, program);

        assertThat(run.stderr()).isEqualTo(expected.stderr());
        assertThat(run.stdout()).isEqualTo(expected.stdout());
        assertThat(run.result().outcome()).isEqualTo(expected.result().outcome());
        assertThat(run.result().phase()).isEqualTo(expected.result().phase());
        assertThat(run.stdout() + run.stderr()).as("says something").isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"JAVASCRIPT", "TYPESCRIPT", "PHP", "R", "JAVA"})
    void run_streamedInput_reachesTheProgram(Language language) {
        ProgramInput input =
                ProgramInput.of(new ByteArrayInputStream("first\nsecond ü\n".getBytes(StandardCharsets.UTF_8)));

        Run run = runParked(language, LIMITS, new Program(SampleProgram.reader(language), List.of(), input));

        assertThat(run.stdout()).as(run.stderr()).isEqualTo("<first>\n<second ü>\n");
        assertThat(run.result().outcome()).isEqualTo(new Exited(0));
    }

    @ParameterizedTest
    @EnumSource(names = {"JAVASCRIPT", "TYPESCRIPT", "PHP", "R", "JAVA"})
    void run_endlessLoop_timesOutAndKeepsTheOutput(Language language) {
        Duration limit = Duration.ofSeconds(3);

        Run run =
                runParked(language, LIMITS.withWallTime(limit), RealSandboxes.program(SampleProgram.endless(language)));

        assertThat(run.result().outcome()).as(run.stderr()).isEqualTo(new TimedOut(limit));
        assertThat(run.stdout()).isEqualTo("before\n");
    }

    @ParameterizedTest
    @EnumSource(names = {"JAVASCRIPT", "PHP", "R", "JAVA"})
    void run_tooMuchOutput_isEnded(Language language) {
        Run run =
                runParked(language, LIMITS.withOutputBytes(3), RealSandboxes.program(SampleProgram.endless(language)));

        assertThat(run.result().outcome()).isEqualTo(new OutputExceeded(3));
        assertThat(run.stdout()).isEqualTo("bef");
    }

    @ParameterizedTest
    @CsvSource({"JAVASCRIPT,node", "PHP,php", "R,r", "JAVA,java"})
    void run_twoPrograms_neverInTheSameProcess(Language language, String pool) {
        String first = runParked(language, LIMITS, RealSandboxes.program(SampleProgram.leavesTrace(language)))
                .stdout();
        String second = runParked(language, LIMITS, RealSandboxes.program(SampleProgram.leavesTrace(language)))
                .stdout();

        assertThat(first).isEqualTo("nothing\n");
        assertThat(second).isEqualTo("nothing\n");
        assertThat(parked.pools())
                .filteredOn(status -> status.name().equals(pool))
                .allMatch(status -> status.hits() >= 2);
    }

    @Test
    void run_uploadedFiles_areThereForCompilerAndProgram() throws IOException {
        awaitWaiting("node");
        try (Sandbox sandbox = parked.open(RealSandboxes.spec(Language.TYPESCRIPT, LIMITS))) {
            byte[] module = "export const twice = (n: number): number => 2 * n;".getBytes(StandardCharsets.UTF_8);
            sandbox.put(new FileName("twice.ts"), module.length, false, new ByteArrayInputStream(module));

            Run run = RealSandboxes.run(
                    sandbox, RealSandboxes.program("import { twice } from './twice.ts';\nconsole.log(twice(21));"));

            assertThat(run.stdout()).as(run.stderr()).isEqualTo("42\n");
        }
    }

    @Test
    void run_emptyPool_fallsBack() {
        for (int i = 0; i < 4; i++) {
            assertThat(RealSandboxes.run(parked, Language.PHP, LIMITS, RealSandboxes.program("<?php echo 'here';"))
                            .stdout())
                    .isEqualTo("here");
        }
    }

    @Test
    void run_parkedJava_countsOnlyTheProgramsTime() {
        Run run = runParked(Language.JAVA, LIMITS, RealSandboxes.program("void main() { IO.println(\"here\"); }"));

        Outcome outcome = run.result().outcome();
        assertThat(outcome).isEqualTo(new Exited(0));
        assertThat(run.result().usage().cpuTime().orElseThrow())
                .isLessThanOrEqualTo(run.result().usage().wallTime().multipliedBy(2));
    }

    private static Run runParked(Language language, Limits limits, Program program) {
        String pool = switch (language) {
            case JAVASCRIPT, TYPESCRIPT -> "node";
            default -> language.code();
        };
        awaitWaiting(pool);
        return RealSandboxes.run(parked, language, usual(language, limits), program);
    }

    /** As the service gives them. */
    private static Limits usual(Language language, Limits limits) {
        return limits.withMemoryBytes(Math.round(limits.memoryBytes() * language.memoryFactor()));
    }

    private static void awaitWaiting(String pool) {
        await().atMost(Duration.ofMinutes(2))
                .until(() ->
                        parked.pools().stream().anyMatch(status -> status.name().equals(pool) && status.ready() > 0));
    }
}

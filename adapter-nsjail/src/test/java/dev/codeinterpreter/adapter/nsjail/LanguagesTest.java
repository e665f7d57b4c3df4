package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.adapter.nsjail.RealSandboxes.Run;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Outcome.TimedOut;
import dev.codeinterpreter.core.execution.Phase;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.Program;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same small programs in each of the languages, found as resources {@code programs/CODE/NAME.EXTENSION}. */
@Execution(ExecutionMode.CONCURRENT)
@SuppressWarnings("NullAway.Init") // set before the first test
final class LanguagesTest {

    private static final Limits LIMITS = RealSandboxes.LIMITS.withMemoryBytes(768L << 20);
    private static final String GREETING = "Grüße, 日本 😀\n";

    /** Languages whose programs are looked at as a whole, in a phase of its own, before the first line runs. */
    private static final Set<Language> CHECKED_FIRST =
            EnumSet.complementOf(EnumSet.of(Language.PYTHON, Language.JAVASCRIPT, Language.PHP, Language.BASH));

    private static Path base;
    private static NsjailSandboxes sandboxes;

    @BeforeAll
    static void open() throws IOException {
        base = RealSandboxes.newBaseDirectory();
        sandboxes = NsjailSandboxes.open(RealSandboxes.parked(base));
    }

    @AfterAll
    static void close() throws IOException {
        sandboxes.close();
        Files.delete(base);
    }

    @Test
    void languages_completeMachine_areAllThere() {
        assertThat(sandboxes.languages()).containsExactlyInAnyOrder(Language.values());
    }

    @ParameterizedTest
    @EnumSource
    void run_arguments_reachTheProgramAsTheyAre(Language language) throws IOException {
        List<String> arguments =
                List.of("one", "a b", "'\"", "$(id)", "*", "-v", "--help", "-e", "--", "@/etc/passwd", "é😀", "\\n");

        Run run = run(language, program(language, "echo", arguments));

        StringBuilder expected = new StringBuilder(GREETING);
        arguments.forEach(argument -> expected.append('[').append(argument).append("]\n"));
        assertSucceeded(run);
        assertThat(run.stdout()).isEqualTo(expected + "end of input\n");
        assertThat(run.stderr()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void run_streamedInput_reachesTheProgram(Language language) throws IOException {
        InputStream input = new ByteArrayInputStream("first\nsecond ü\n".getBytes(StandardCharsets.UTF_8));

        Run run = run(language, new Program(source(language, "echo"), List.of(), ProgramInput.of(input)));

        assertSucceeded(run);
        assertThat(run.stdout()).isEqualTo(GREETING + "<first>\n<second ü>\nend of input\n");
    }

    @ParameterizedTest
    @EnumSource
    void run_anyProgram_leavesNothingInTheWorkingDirectory(Language language) throws IOException {
        try (Sandbox sandbox = sandboxes.open(RealSandboxes.spec(language, LIMITS))) {
            assertSucceeded(RealSandboxes.run(sandbox, program(language, "echo", List.of())));

            assertThat(sandbox.files()).extracting(SandboxFile::name).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void run_brokenProgram_namesTheLine(Language language) throws IOException {
        Run run = run(language, program(language, "broken", List.of()));

        assertThat(run.result().outcome()).isInstanceOf(Exited.class);
        assertThat(run.result().outcome().isSuccess()).isFalse();
        assertThat(run.result().phase()).isEqualTo(CHECKED_FIRST.contains(language) ? Phase.COMPILE : Phase.RUN);
        assertThat(run.stdout()).isEqualTo(language == Language.BASH ? "printed\n" : "");
        assertThat(run.stderr()).containsPattern("code\\." + extension(language) + "\\D{1,20}3\\b");
    }

    @ParameterizedTest
    @EnumSource
    void run_failingProgram_keepsWhatCameBefore(Language language) throws IOException {
        Run run = run(language, program(language, "failing", List.of()));

        assertThat(run.result().outcome().isSuccess()).isFalse();
        assertThat(run.result().phase()).isEqualTo(Phase.RUN);
        assertThat(run.stdout()).isEqualTo("before the failure\n");
        if (language == Language.C) {
            assertThat(run.result().outcome().shellStatus()).isEqualTo(128 + 6);
        } else {
            assertThat(run.stderr()).containsAnyOf("on purpose", "out of range", "undefined", "/missing");
        }
    }

    @ParameterizedTest
    @EnumSource
    void run_exitCode_isKept(Language language) throws IOException {
        Run run = run(language, program(language, "seven", List.of()));

        assertThat(run.result().outcome()).as(run.stderr()).isEqualTo(new Exited(7));
    }

    @ParameterizedTest
    @EnumSource
    void run_endlessLoop_timesOutAndKeepsTheOutput(Language language) throws IOException {
        Duration limit = Duration.ofSeconds(2);

        Run run = RealSandboxes.run(
                sandboxes, language, LIMITS.withWallTime(limit), program(language, "loop", List.of()));

        assertThat(run.result().outcome()).as(run.stderr()).isEqualTo(new TimedOut(limit));
        assertThat(run.stdout()).isEqualTo("before the loop\n");
    }

    @ParameterizedTest
    @EnumSource
    void run_longSourceOfWindows_isNoProblem(Language language) throws IOException {
        String comment = switch (language) {
            case PYTHON, BASH, R -> "# %s\n";
            case FORTRAN -> "! %s\n";
            default -> "// %s\n";
        };
        String padding = comment.formatted("x".repeat(77)).repeat(2560);
        String source = (source(language, "echo") + padding).replace("\n", "\r\n");
        assertThat(source.length()).isGreaterThan(200_000);

        Run run = run(language, new Program(source, List.of("a"), ProgramInput.empty()));

        assertSucceeded(run);
        assertThat(run.stdout()).isEqualTo(GREETING + "[a]\nend of input\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "public class Anything { public static void main(String[] args) { System.out.println(\"here\"); } }",
                "void main() { IO.println(\"here\"); }",
                "class Main { void main() { System.out.println(\"here\"); } }",
                "record Pair(int a) {}\nclass Other {}\n"
                        + "public class Third { public static void main(String... a) { System.out.println(\"here\"); } }",
                "package a.b;\npublic interface I { static void main(String[] a) { System.out.println(\"here\"); } }",
                "import java.util.*;\nenum E { A; public static void main(String[] a) { System.out.println(\"here\"); } }",
            })
    void run_javaProgramOfAnyShape_runs(String source) {
        Run run = run(Language.JAVA, RealSandboxes.program(source));

        assertSucceeded(run);
        assertThat(run.stdout()).isEqualTo("here\n");
    }

    @Test
    void run_javaWithoutMain_saysSo() {
        Run run = run(Language.JAVA, RealSandboxes.program("class A {}"));

        assertThat(run.result().outcome().isSuccess()).isFalse();
        assertThat(run.stderr()).containsIgnoringCase("main").doesNotContain("CompileJava");
    }

    @Test
    void run_emptyJavaSource_saysSo() {
        Run run = run(Language.JAVA, RealSandboxes.program("// nothing\n"));

        assertThat(run.result().outcome().isSuccess()).isFalse();
        assertThat(run.stderr()).containsIgnoringCase("main").doesNotContain("CompileJava");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "const path = require('node:path'); console.log(path.basename('/x/here'));",
                "import { basename } from 'node:path'; console.log(basename('/x/here'));",
                "import path from 'node:path'; const os = require('node:os'); console.log(path.basename('/x/here'));",
                "const word = await Promise.resolve('here'); console.log(word);",
                "import { readFileSync } from 'node:fs'; const w = await Promise.resolve('here'); console.log(w);",
                "const _ = require('lodash'); console.log(_.identity('here'));",
            })
    void run_javascriptModuleOfAnyKind_runs(String source) {
        Run run = run(Language.JAVASCRIPT, RealSandboxes.program(source));

        assertSucceeded(run);
        assertThat(run.stdout()).isEqualTo("here\n");
        assertThat(run.stderr()).isEmpty();
    }

    @Test
    void run_typescriptUsesNode_typesAreKnown() {
        Run run = run(Language.TYPESCRIPT, RealSandboxes.program("""
                enum Colour { RED, GREEN }
                const args: string[] = process.argv.slice(2);
                const bytes: Buffer = Buffer.from('here');
                console.log(bytes.toString(), args.length, Colour[Colour.GREEN]);
                """));

        assertSucceeded(run);
        assertThat(run.stdout()).isEqualTo("here 0 GREEN\n");
    }

    @Test
    void run_typescriptMisusesNode_isACompileError() {
        Run run = run(Language.TYPESCRIPT, RealSandboxes.program("const first: number = process.argv[0];"));

        assertThat(run.result().phase()).isEqualTo(Phase.COMPILE);
        assertThat(run.stderr()).contains("code.ts(1,7)", "Type 'string' is not assignable to type 'number'");
    }

    @Test
    void run_warningsOfTheCompiler_comeBeforeTheProgram() {
        Run run = run(Language.C, RealSandboxes.program("""
                #include <stdio.h>
                int main(void) {
                    fputs("from the program\\n", stderr);
                    return 1 ? 0 : "text";
                }
                """));

        assertSucceeded(run);
        assertThat(run.stderr()).containsSubsequence("code.c:4", "warning", "from the program");
    }

    private static Run run(Language language, Program program) {
        return RealSandboxes.run(sandboxes, language, LIMITS, program);
    }

    private static Program program(Language language, String name, List<String> arguments) throws IOException {
        return new Program(source(language, name), arguments, ProgramInput.empty());
    }

    private static String source(Language language, String name) throws IOException {
        String resource = "programs/" + language.code() + "/" + name + "."
                + language.extensions().getFirst();
        try (InputStream in = LanguagesTest.class.getResourceAsStream(resource)) {
            assertThat(in).as(resource).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String extension(Language language) {
        return language.extensions().getFirst();
    }

    private static void assertSucceeded(Run run) {
        assertThat(run.result().outcome())
                .as("outcome; stdout: %s; stderr: %s", run.stdout(), run.stderr())
                .isEqualTo(new Exited(0));
        assertThat(run.result().phase()).isEqualTo(Phase.RUN);
    }
}

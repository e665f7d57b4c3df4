package dev.codeinterpreter.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.product.Packaged.Finished;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every language through the packaged command line, in real sandboxes, without a server. */
final class CliIT {
    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @EnumSource
    void run_eachLanguage_printsReadsItsArgumentsAndSeesTheEndOfItsInput(Language language) throws Exception {
        List<String> arguments = List.of("plain", "two words", "--option=$HOME");
        List<String> command = new ArrayList<>(List.of("run", file(Programs.ECHO, language), "--"));
        command.addAll(arguments);

        Finished finished = Packaged.runWithInput("abc\n", command);

        assertThat(finished.err()).isEmpty();
        assertThat(finished.out()).isEqualTo(Programs.echoed(language, arguments, 4));
        assertThat(finished.status()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void run_programThatIsWrong_namesTheLine(Language language) throws Exception {
        Finished finished = Packaged.run(List.of("run", file(Programs.BROKEN, language)));

        assertThat(finished.err()).containsPattern(Programs.LINE_THREE);
        assertThat(finished.out()).doesNotContain("never printed");
        assertThat(finished.status()).isNotZero();
    }

    @ParameterizedTest
    @EnumSource
    void run_programThatFails_keepsWhatItPrintedBefore(Language language) throws Exception {
        Finished finished = Packaged.run(List.of("run", file(Programs.FAILING, language)));

        assertThat(finished.out()).isEqualTo(Programs.BEFORE_THE_FAILURE);
        assertThat(finished.status()).isNotZero();
    }

    @Test
    void run_timeLimit_endsWith124AndSaysWhy() throws Exception {
        Finished finished = Packaged.runWithInput(
                "echo begun; while :; do :; done", List.of("run", "-", "--lang", "bash", "--timeout", "500ms"));

        assertThat(finished.status()).isEqualTo(124);
        assertThat(finished.out()).isEqualTo("begun\n");
        assertThat(finished.err()).startsWith("code-interpreter: ").contains("0.5 seconds");
    }

    @Test
    void run_memoryLimit_endsWith137AndSaysWhy() throws Exception {
        Finished finished = Packaged.runWithInput(
                "print('begun', flush=True)\nb'x' * (1 << 30)\nprint(len(bytearray(1 << 30)))",
                List.of("run", "-", "--lang", "py", "--memory", "64m"));

        assertThat(finished.out()).isEqualTo("begun\n");
        assertThat(finished.err()).contains("code-interpreter: Out of memory", "64 MiB");
        assertThat(finished.status()).isEqualTo(137);
    }

    @Test
    void run_bytes_passUnchanged() throws Exception {
        Finished finished = Packaged.run(List.of(
                "run",
                Files.writeString(
                                directory.resolve("bytes.py"),
                                "import sys\nsys.stdout.buffer.write('é日😀'.encode() + b'\\0\\n\\n')")
                        .toString()));

        assertThat(finished.out()).isEqualTo("é日😀\0\n\n");
    }

    @Test
    void run_fileInAndFilesOut_areWhereTheyShouldBe() throws Exception {
        Path input = Files.writeString(directory.resolve("numbers.txt"), "1\n2\n3\n");
        Path target = directory.resolve("results");
        Path program = Files.writeString(directory.resolve("sum.py"), """
                import os
                total = sum(int(line) for line in open("in/numbers.txt"))
                os.makedirs("out")
                open("out/total.txt", "w").write(str(total))
                os.symlink("/etc/hostname", "out/link.txt")
                """);

        Finished finished = Packaged.run(
                List.of("run", program.toString(), "--file", input + "=in/numbers.txt", "--out", target.toString()));

        assertThat(finished).isEqualTo(new Finished(0, "", ""));
        assertThat(target.resolve("out/total.txt")).hasContent("6");
        assertThat(target.resolve("out/link.txt")).doesNotExist();
        assertThat(target.resolve("in/numbers.txt")).doesNotExist();
    }

    @Test
    void run_interrupted_endsTheProgramAndLeavesNothing() throws Exception {
        String seconds = Processes.uniqueSeconds(300);
        Path input = Files.writeString(directory.resolve("empty"), "");
        Path program = Files.writeString(directory.resolve("sleep.sh"), "sleep " + seconds);
        Process process = Packaged.start(Map.of(), directory, input, List.of("run", program.toString()));
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> !Processes.withArgument(seconds).isEmpty());

        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();

        assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(130);
        assertThat(Processes.withArgument(seconds)).isEmpty();
        assertThat(Packaged.read(directory.resolve("err"))).contains("code-interpreter: Execution cancelled");
    }

    @Test
    void run_json_isTheWholeResult() throws Exception {
        Finished finished =
                Packaged.runWithInput("echo out; echo err >&2; exit 3", List.of("run", "-", "-l", "bash", "--json"));

        JsonNode json = JsonMapper.shared().readTree(finished.out());
        assertThat(json.path("exit_code").asInt()).isEqualTo(3);
        assertThat(json.path("stdout").asString()).isEqualTo("out\n");
        assertThat(json.path("stderr").asString()).isEqualTo("err\n");
        assertThat(finished.err()).isEmpty();
        assertThat(finished.status()).isEqualTo(3);
    }

    @Test
    void languages_thisMachine_hasAllOfThem() throws Exception {
        Finished finished = Packaged.run(List.of("languages", "--json"));

        assertThat(finished.status()).isZero();
        assertThat(JsonMapper.shared().readTree(finished.out()).findValuesAsString("available"))
                .hasSize(Language.values().length)
                .containsOnly("true");
    }

    @Test
    void doctor_thisMachine_isInOrder() throws Exception {
        Finished finished = Packaged.run(List.of("doctor"));

        assertThat(finished.out()).contains("isolation").doesNotContain("FAILED");
        assertThat(finished.status()).isZero();
    }

    private static String file(Programs program, Language language) {
        return program.file(language).toString();
    }
}

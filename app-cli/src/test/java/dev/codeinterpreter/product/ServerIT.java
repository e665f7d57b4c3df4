package dev.codeinterpreter.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.core.language.Language;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Every language through the packaged server, over HTTP, in real sandboxes. */
final class ServerIT {
    private static RunningServer server;

    @BeforeAll
    static void start() throws IOException {
        server = RunningServer.start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void exec_eachLanguage_printsReadsItsArgumentsAndSeesTheEndOfItsInput(Language language) throws Exception {
        List<String> arguments = List.of("plain", "two words", "--option=$HOME");

        JsonNode answer = execute(language, Programs.ECHO, Map.of("args", arguments));

        assertThat(answer.path("stderr").asString()).isEmpty();
        assertThat(answer.path("stdout").asString()).isEqualTo(Programs.echoed(language, arguments, 0));
    }

    @ParameterizedTest
    @EnumSource
    void exec_programThatIsWrong_namesTheLine(Language language) throws Exception {
        JsonNode answer = execute(language, Programs.BROKEN, Map.of());

        assertThat(answer.path("stderr").asString()).containsPattern(Programs.LINE_THREE);
        assertThat(answer.path("stdout").asString()).doesNotContain("never printed");
    }

    @ParameterizedTest
    @EnumSource
    void exec_programThatFails_keepsWhatItPrintedBefore(Language language) throws Exception {
        JsonNode answer = execute(language, Programs.FAILING, Map.of());

        assertThat(answer.path("stdout").asString()).isEqualTo(Programs.BEFORE_THE_FAILURE);
        assertThat(answer.path("stderr").asString()).isNotBlank();
    }

    @Test
    void sigterm_runningExecution_getsItsAnswerBeforeTheServerEnds() throws Exception {
        try (RunningServer stopping = RunningServer.start()) {
            CompletableFuture<HttpResponse<String>> answer = stopping.executeLater(
                    Map.of("lang", "bash", "code", "touch /mnt/data/started; echo begun; sleep 3; echo done"));
            await().until(() -> Processes.withArgument("3").stream().anyMatch(line -> line.startsWith("sleep")));

            stopping.process().destroy();

            assertThat(answer.get(30, TimeUnit.SECONDS).body()).contains("begun\\ndone");
            assertThat(stopping.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(stopping.log()).contains("Stopped");
        }
    }

    @Test
    void start_wrongSettings_endsWithTwoAndNamesEachOfThem() throws Exception {
        var home = RunningServer.newHome();
        try {
            var input = java.nio.file.Files.writeString(home.resolve("in"), "");
            Process process = Packaged.start(
                    Map.of("API_PORT", "much", "MAX_MEMORY_MB", "1", "API_KEY", "short"),
                    home,
                    input,
                    List.of("serve"));

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(2);
            assertThat(Packaged.read(home.resolve("err")))
                    .contains("3 problems", "API_PORT is 'much'", "MAX_MEMORY_MB is '1'", "API_KEY is (hidden");
        } finally {
            Packaged.deleteTree(home);
        }
    }

    private static JsonNode execute(Language language, Programs program, Map<String, Object> more)
            throws IOException, InterruptedException {
        Map<String, Object> request = new java.util.HashMap<>(more);
        request.put("lang", language.code());
        request.put("code", program.source(language));
        return server.execute(request);
    }
}

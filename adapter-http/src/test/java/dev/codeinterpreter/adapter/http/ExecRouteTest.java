package dev.codeinterpreter.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.ExecutionSettings;
import dev.codeinterpreter.core.execution.Outcome;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

final class ExecRouteTest {

    private static TestServer server = TestServer.start();

    @BeforeAll
    static void scripts() {
        server.sandboxes
                .with("hello", run -> {
                    run.stdout("hello\n");
                    return new Outcome.Exited(0);
                })
                .with("args", run -> {
                    run.stdout(String.join("|", run.program().arguments()));
                    return new Outcome.Exited(0);
                })
                .with("fail", run -> {
                    run.stdout("before\n");
                    run.stderr("Traceback: boom\n");
                    return new Outcome.Exited(1);
                })
                .with("slow", run -> {
                    run.stdout("part");
                    return new Outcome.TimedOut(Duration.ofSeconds(2));
                })
                .with("hog", run -> new Outcome.MemoryExceeded(1 << 29, OptionalLong.empty()))
                .with("crash", run -> new Outcome.Signalled(11))
                .with("flood", run -> new Outcome.OutputExceeded(1 << 26))
                .with("much", run -> {
                    run.stdout("x".repeat((1 << 20) + 1));
                    return new Outcome.Exited(0);
                })
                .with("exact", run -> {
                    run.stdout("  no newline, \ttrailing space ");
                    return new Outcome.Exited(0);
                })
                .with("write", run -> {
                    run.write("charts/p.png", "PNG");
                    return new Outcome.Exited(0);
                })
                .with("append", run -> {
                    run.write("a.csv", run.read("a.csv").orElse("?") + "more");
                    return new Outcome.Exited(0);
                })
                .with("delete", run -> {
                    run.delete("a.csv");
                    return new Outcome.Exited(0);
                })
                .with("many", run -> {
                    for (int i = 0; i < 12; i++) {
                        run.write("f%02d.txt".formatted(i), "x");
                    }
                    return new Outcome.Exited(0);
                });
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void exec_cleanRun_hasOutputAndNoStatus() {
        TestServer.Answer answer = server.exec("{\"lang\":\"py\",\"code\":\"hello\"}");

        assertThat(answer.status()).isEqualTo(200);
        JsonNode body = answer.json();
        assertThat(body.get("session_id").stringValue()).matches("[A-Za-z0-9_-]{21}");
        assertThat(body.get("stdout").stringValue()).isEqualTo("hello\n");
        assertThat(body.get("stderr").stringValue()).isEmpty();
        assertThat(body.get("files").isArray()).isTrue();
        assertThat(body.get("code").intValue()).isZero();
        assertThat(body.has("status")).isFalse();
        assertThat(body.has("deleted_files")).isFalse();
        assertThat(answer.text()).doesNotContain("null");
    }

    @Test
    void exec_anyOutput_isByteExact() {
        assertThat(run("exact").get("stdout").stringValue()).isEqualTo("  no newline, \ttrailing space ");
    }

    @Test
    void exec_failingProgram_isStatus200WithItsStderr() {
        JsonNode body = run("fail");

        assertThat(body.get("stdout").stringValue()).isEqualTo("before\n");
        assertThat(body.get("stderr").stringValue()).startsWith("Traceback: boom\n");
        assertThat(body.get("code").intValue()).isEqualTo(1);
        assertThat(body.has("status")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "slow, TO, Time limit exceeded, SIGKILL",
        "hog, SG, Out of memory, SIGKILL",
        "crash, SG, Ended by SIGSEGV, SIGSEGV",
        "flood, OL, stdout length exceeded, SIGKILL"
    })
    void exec_endedProgram_tellsStatusAndReason(String code, String status, String message, String signal) {
        JsonNode body = run(code);

        assertThat(body.get("status").stringValue()).isEqualTo(status);
        assertThat(body.get("message").stringValue()).isEqualTo(message);
        assertThat(body.get("signal").stringValue()).isEqualTo(signal);
        assertThat(body.get("stderr").stringValue()).isNotBlank();
        assertThat(body.has("code")).isFalse();
    }

    @Test
    void exec_stdoutAboveTheCap_keepsThePrefixAndSaysSo() {
        JsonNode body = run("much");

        assertThat(body.get("stdout").stringValue()).hasSize(1 << 20);
        assertThat(body.get("status").stringValue()).isEqualTo("OL");
        assertThat(body.get("message").stringValue()).isEqualTo("stdout length exceeded");
        assertThat(body.get("code").intValue()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "[\"a\",\"b c\",\"\"]; a|b c|",
                "\"one two\"; one two",
                "\" \"; ''",
                "7; 7",
                "true; true",
                "{\"a\":1}; {\"a\":1}",
                "[1,null,[2]]; 1|[2]",
                "null; ''",
                "[]; ''"
            })
    void exec_argumentsOfAnyType_reachTheProgramAsText(String args, String expected) {
        JsonNode body = server.exec("{\"lang\":\"py\",\"code\":\"args\",\"args\":" + args + "}")
                .json();

        assertThat(body.get("stdout").stringValue()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"2000\"; 2000",
                "2000; 2000",
                "1500.6; 1501",
                "1; 1000",
                "-5; 1000",
                "1e300; 120000",
                "99999999999999; 120000",
                "null; 120000"
            })
    void exec_timeout_isRoundedAndMovedIntoTheRange(String timeout, long milliseconds) {
        try (TestServer own = TestServer.start()) {
            own.sandboxes.with("x", run -> new Outcome.Exited(0));

            own.exec("{\"lang\":\"py\",\"code\":\"x\",\"timeout\":" + timeout + "}");

            assertThat(own.sandboxes.specs().getFirst().limits().wallTime()).isEqualTo(Duration.ofMillis(milliseconds));
        }
    }

    @Test
    void exec_garbageAndHints_areIgnored() {
        TestServer.Answer answer = server.exec("""
                {"lang":"PYTHON","code":"hello","files":null,"session_id":"","entity_id":"not valid!","user_id":5,
                 "apiKey":"secret","baseUrl":[],"codeWorkspace":{"a":1},"runtime_session_hint":"%%%","args":null,
                 "timeout":null}""");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("stdout").stringValue()).isEqualTo("hello\n");
    }

    @Test
    void exec_newFile_isStoredUnderTheAnswersSession() {
        JsonNode body = run("write");

        JsonNode file = body.get("files").get(0);
        assertThat(file.get("name").stringValue()).isEqualTo("charts/p.png");
        assertThat(file.get("storage_session_id")).isEqualTo(body.get("session_id"));
        assertThat(file.get("session_id")).isEqualTo(body.get("session_id"));
        assertThat(file.has("inherited")).isFalse();
        assertThat(server.get("/download/" + body.get("session_id").stringValue() + "/"
                                + file.get("id").stringValue())
                        .text())
                .isEqualTo("PNG");
    }

    @ParameterizedTest
    @CsvSource({"storage_session_id", "session_id"})
    void exec_referenceInEitherForm_isMountedAndEchoed(String key) {
        JsonNode upload = server.upload("a.csv", "1,2").json();
        String session = upload.get("session_id").stringValue();
        String id = upload.get("files").get(0).get("fileId").stringValue();

        JsonNode body = server.exec("""
                {"lang":"py","code":"hello","files":[{"id":"%s","%s":"%s","name":"in/b.csv","kind":"skill",
                 "resource_id":"sk-1","version":3,"entity_id":"asst_1"}]}""".formatted(id, key, session)).json();

        JsonNode file = body.get("files").get(0);
        assertThat(file.get("id").stringValue()).isEqualTo(id);
        assertThat(file.get("storage_session_id").stringValue()).isEqualTo(session);
        assertThat(file.get("name").stringValue()).isEqualTo("in/b.csv");
        assertThat(file.get("inherited").booleanValue()).isTrue();
        assertThat(file.get("kind").stringValue()).isEqualTo("skill");
        assertThat(file.get("resource_id").stringValue()).isEqualTo("sk-1");
        assertThat(file.get("version").intValue()).isEqualTo(3);
        assertThat(file.get("entity_id").stringValue()).isEqualTo("asst_1");
    }

    @Test
    void exec_changedInput_hasANewIdAndItsOrigin() {
        JsonNode upload = server.upload("a.csv", "1,2").json();
        String id = upload.get("files").get(0).get("fileId").stringValue();

        JsonNode body = withFile("append", upload).json();

        JsonNode file = body.get("files").get(0);
        assertThat(file.get("id").stringValue()).isNotEqualTo(id);
        assertThat(file.get("storage_session_id")).isEqualTo(body.get("session_id"));
        assertThat(file.get("modified_from").get("id").stringValue()).isEqualTo(id);
        assertThat(file.get("modified_from").get("storage_session_id")).isEqualTo(upload.get("session_id"));
    }

    @Test
    void exec_removedInput_isNamed() {
        JsonNode body = withFile("delete", server.upload("a.csv", "1,2").json()).json();

        assertThat(body.get("deleted_files").get(0).stringValue()).isEqualTo("a.csv");
        assertThat(body.get("files").isEmpty()).isTrue();
    }

    @Test
    void exec_missingOrUnnamedReferences_areSkipped() {
        TestServer.Answer answer = server.exec("""
                {"lang":"py","code":"hello","files":[
                 {"id":"nOTHERE_aaaaaaaaaaaaa","storage_session_id":"nOTHERE_aaaaaaaaaaaaa","name":"x"},
                 {"id":"noSession","name":"y"},{"session_id":"noId"},{},
                 {"id":"../..","session_id":"a/b","name":"z"}]}""");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("stdout").stringValue()).isEqualTo("hello\n");
    }

    @Test
    void exec_knownSession_isContinued_andAnUnknownOneStartsANewOne() {
        String known = run("write").get("session_id").stringValue();

        assertThat(inSession(known).get("session_id").stringValue()).isEqualTo(known);
        assertThat(inSession("uNKNOWN_aaaaaaaaaaaaa").get("session_id").stringValue())
                .isNotEqualTo("uNKNOWN_aaaaaaaaaaaaa");
        assertThat(inSession("any thing/at all").get("session_id").stringValue())
                .hasSize(21);
    }

    @Test
    void exec_moreFilesThanAreGivenBack_namesThoseLeftOut() {
        JsonNode truncation = run("many").get("artifact_truncation");

        assertThat(truncation.get("reasons").get(0).stringValue()).isEqualTo("too_many_files");
        assertThat(truncation.get("skipped_count").intValue()).isEqualTo(2);
        assertThat(truncation.get("skipped").size()).isEqualTo(2);
    }

    @Test
    void exec_storeFailsAfterTheRun_keepsTheOutputAndCountsTheLoss() {
        try (TestServer own = TestServer.start()) {
            own.sandboxes.with("two", run -> {
                run.stdout("done\n");
                run.write("a", "1");
                run.write("b", "2");
                return new Outcome.Exited(0);
            });
            own.store.breakAfterWrites(1);

            JsonNode body = own.exec("{\"lang\":\"py\",\"code\":\"two\"}").json();

            assertThat(body.get("stdout").stringValue()).isEqualTo("done\n");
            assertThat(body.get("stderr").stringValue()).isNotBlank();
            JsonNode delivery = body.get("artifact_delivery");
            assertThat(delivery.get("code").stringValue()).isEqualTo("artifact_delivery_failed");
            assertThat(delivery.get("failed").intValue()).isPositive();
            assertThat(delivery.get("attempted").intValue())
                    .isEqualTo(delivery.get("delivered").intValue()
                            + delivery.get("failed").intValue());
            assertThat(delivery.get("status").stringValue())
                    .isEqualTo(delivery.get("delivered").intValue() == 0 ? "failed" : "partial");
        }
    }

    @Test
    void exec_statefulProfile_isRefusedForGood() {
        TestServer.Answer answer = server.send(server.request("/exec")
                .header("X-CodeAPI-Expected-Profile", "stateful")
                .header("Content-Type", "application/json")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{\"lang\":\"py\",\"code\":\"hello\"}")));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().get("error").stringValue()).isEqualTo("execution_profile_mismatch");
        assertThat(answer.json().get("expected_profile").stringValue()).isEqualTo("stateful");
        assertThat(answer.json().get("actual_profile").stringValue()).isEqualTo("default");
    }

    @ParameterizedTest
    @CsvSource({"default", "something-new"})
    void exec_otherProfiles_run(String profile) {
        TestServer.Answer answer = server.send(server.request("/exec")
                .header("X-CodeAPI-Expected-Profile", profile)
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{\"lang\":\"py\",\"code\":\"hello\"}")));

        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void exec_fullQueue_isRefusedWithATimeToRetry() {
        try (TestServer own = TestServer.builder()
                .executions(
                        ExecutionSettings.DEFAULT.withConcurrentExecutions(1).withQueuedExecutions(0))
                .start()) {
            java.util.concurrent.CountDownLatch running = new java.util.concurrent.CountDownLatch(1);
            java.util.concurrent.CountDownLatch goOn = new java.util.concurrent.CountDownLatch(1);
            own.sandboxes.with("wait", run -> {
                running.countDown();
                goOn.await();
                return new Outcome.Exited(0);
            });
            try (var tasks = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
                var first = tasks.submit(() -> own.exec("{\"lang\":\"py\",\"code\":\"wait\"}"));
                running.await();

                TestServer.Answer second = own.exec("{\"lang\":\"py\",\"code\":\"wait\"}");
                goOn.countDown();

                assertThat(second.status()).isEqualTo(429);
                assertThat(second.json().get("error").stringValue()).isEqualTo("rate_limited");
                assertThat(second.json().get("retry_after_seconds").longValue()).isPositive();
                assertThat(second.header("Retry-After"))
                        .isEqualTo(second.json().get("retry_after_seconds").toString());
                assertThat(first.get().status()).isEqualTo(200);
            }
        } catch (InterruptedException | java.util.concurrent.ExecutionException failed) {
            throw new AssertionError(failed);
        }
    }

    private static JsonNode run(String code) {
        TestServer.Answer answer = server.exec("{\"lang\":\"py\",\"code\":\"" + code + "\"}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }

    private static JsonNode inSession(String session) {
        return server.exec("{\"lang\":\"py\",\"code\":\"hello\",\"session_id\":\"" + session + "\"}")
                .json();
    }

    private static TestServer.Answer withFile(String code, JsonNode upload) {
        return server.exec("""
                {"lang":"py","code":"%s","files":[{"id":"%s","storage_session_id":"%s","name":"a.csv"}]}""".formatted(
                        code,
                        upload.get("files").get(0).get("fileId").stringValue(),
                        upload.get("session_id").stringValue()));
    }
}

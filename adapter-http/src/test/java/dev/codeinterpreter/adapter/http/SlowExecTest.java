package dev.codeinterpreter.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.core.failure.QuotaExceededException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.UnavailableException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What travels while a program runs: whitespace, failures that come late, and the client's going away. */
final class SlowExecTest {

    private static final String BODY = "{\"lang\":\"py\",\"code\":\"x\"}";
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration AT_ONCE = Duration.ofMillis(5);

    private final LatchedExecutions executions = new LatchedExecutions();
    private TestServer server = serverWith(AT_ONCE, NEVER);

    @AfterEach
    void stop() {
        executions.finish(100);
        server.close();
    }

    @Test
    void exec_resultBeforeTheInterval_isOrdinary() throws Exception {
        restart(NEVER, NEVER);
        executions.finish(1);

        try (RawConnection client = connect()) {
            String answer = client.send(exec("")).readAnswer();

            assertThat(answer).startsWith("HTTP/1.1 200 ");
            assertThat(answer.toLowerCase(Locale.ROOT))
                    .contains("content-type: application/json\r\n")
                    .doesNotContain("transfer-encoding");
            assertThat(answer).endsWith("\"stdout\":\"done\\n\",\"stderr\":\"\",\"files\":[],\"code\":0}");
        }
    }

    @Test
    void exec_noResultYet_sendsStatusAndSpacesThenTheJson() throws Exception {
        try (RawConnection client = connect()) {
            client.send(exec(""));

            String header = client.readUntil("\r\n\r\n").toLowerCase(Locale.ROOT);
            assertThat(header)
                    .startsWith("http/1.1 200 ")
                    .contains("content-type: application/json\r\n")
                    .contains("transfer-encoding: chunked\r\n")
                    .contains("x-accel-buffering: no\r\n")
                    .contains("x-content-type-options: nosniff\r\n");
            for (int i = 0; i < 3; i++) {
                assertThat(client.readUntil(" \r\n")).isEqualTo("1\r\n \r\n");
            }
            executions.finish(1);
            String rest = client.readUntil("\r\n0\r\n\r\n");
            assertThat(rest).contains("\"stdout\":\"done\\n\"");
        }
    }

    @Test
    void exec_afterASlowAnswer_connectionServesTheNextRequest() throws Exception {
        try (RawConnection client = connect()) {
            client.send(exec(""));
            client.readUntil(" \r\n");
            executions.finish(1);
            client.readUntil("\r\n0\r\n\r\n");

            assertThat(client.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").readAnswer())
                    .startsWith("HTTP/1.1 200 ")
                    .contains("healthy");
        }
    }

    @Test
    void exec_failsBeforeTheFirstByte_hasItsStatus() throws Exception {
        restart(NEVER, NEVER);
        executions.failWith(new QuotaExceededException("execution queue", Duration.ofMillis(6_100), "too many"));
        executions.finish(1);

        TestServer.Answer answer = server.exec(BODY);

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("Retry-After")).isEqualTo("7");
        assertThat(answer.json().get("retry_after_seconds").intValue()).isEqualTo(7);
    }

    @Test
    void exec_failsAfterTheFirstByte_isTheNormalShapeWithTheReasonOnStderr() throws Exception {
        executions.failWith(new SandboxLostException("The sandbox broke"));

        String body = lateAnswer("");

        assertThat(TestServer.json(body).get("stderr").stringValue()).isEqualTo("The sandbox broke\n");
        assertThat(TestServer.json(body).get("stdout").stringValue()).isEmpty();
        assertThat(TestServer.json(body).get("session_id").stringValue()).hasSize(21);
        assertThat(TestServer.json(body).get("files").isEmpty()).isTrue();
        assertThat(TestServer.json(body).has("error")).isFalse();
    }

    @Test
    void exec_failsAfterTheFirstByte_keepsTheSessionThatWasAskedFor() throws Exception {
        executions.failWith(new UnavailableException("session store", "The session store did not answer"));

        String body = lateAnswer(",\"session_id\":\"sESSION_aaaaaaaaaaaaa\"");

        assertThat(TestServer.json(body).get("session_id").stringValue()).isEqualTo("sESSION_aaaaaaaaaaaaa");
    }

    @Test
    void exec_bugAfterTheFirstByte_tellsNothingButAnId() throws Exception {
        executions.failWith(new IllegalStateException("secret path /srv/x"));

        String stderr = TestServer.json(lateAnswer("")).get("stderr").stringValue();

        assertThat(stderr).startsWith("Internal server error").doesNotContain("secret");
    }

    @Test
    void exec_clientCloses_beforeTheFirstByte_isCancelled() throws Exception {
        restart(NEVER, AT_ONCE);
        try (RawConnection client = connect()) {
            client.send(exec(""));
            executions.started.await();
        }

        assertThat(executions.cancelled.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void exec_clientResets_beforeTheFirstByte_isCancelled() throws Exception {
        restart(NEVER, AT_ONCE);
        try (RawConnection client = connect()) {
            client.send(exec(""));
            executions.started.await();
            client.reset();
        }

        assertThat(executions.cancelled.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void exec_clientCloses_betweenTheBytes_isCancelled() throws Exception {
        restart(AT_ONCE, AT_ONCE);
        try (RawConnection client = connect()) {
            client.send(exec(""));
            client.readUntil(" \r\n");
        }

        assertThat(executions.cancelled.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void exec_clientResets_withoutAnyLook_isNoticedByTheFailingBytes() throws Exception {
        restart(AT_ONCE, NEVER);
        try (RawConnection client = connect()) {
            client.send(exec(""));
            client.readUntil(" \r\n");
            client.reset();
        }

        assertThat(executions.cancelled.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void exec_clientStopsSending_isCancelledAndToldSo() throws Exception {
        restart(NEVER, AT_ONCE);
        try (RawConnection client = connect()) {
            client.send(exec(""));
            executions.started.await();
            client.shutdownOutput();

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200 ").contains("\"message\":\"Cancelled\"");
        }
    }

    @Test
    void exec_clientSendsItsNextRequestEarly_isPresentAndServedInOrder() throws Exception {
        restart(NEVER, AT_ONCE);
        try (RawConnection client = connect()) {
            client.send(exec(""));
            executions.started.await();
            client.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
            client.send("GET /v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            await().during(Duration.ofMillis(100)).until(() -> executions.running.get() == 1);
            executions.finish(1);

            String all = client.readToEnd();
            assertThat(all.split("HTTP/1.1 200 ", -1)).hasSize(4);
            assertThat(all).containsSubsequence("done", "healthy", "healthy");
        }
    }

    @Test
    void exec_nextRequestInTheSamePacket_isPresentAndServedInOrder() throws Exception {
        restart(NEVER, AT_ONCE);
        try (RawConnection client = connect()) {
            client.send(exec("") + "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            executions.started.await();
            await().during(Duration.ofMillis(100)).until(() -> executions.running.get() == 1);
            executions.finish(1);

            assertThat(client.readToEnd()).containsSubsequence("done", "healthy");
        }
    }

    @Test
    void exec_chunkedBody_isWatchedToo() throws Exception {
        restart(NEVER, AT_ONCE);
        try (RawConnection client = connect()) {
            client.send("POST /exec HTTP/1.1\r\nHost: x\r\nx-api-key: " + TestServer.KEY
                    + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.chunk(BODY.getBytes(java.nio.charset.StandardCharsets.UTF_8)).send("0\r\n\r\n");
            executions.started.await();
        }

        assertThat(executions.cancelled.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void close_whileAnExecutionRuns_cancelsItAndAnswers() throws Exception {
        server.close();
        server = TestServer.builder()
                .executing(executions)
                .times(HttpSettings.Times.DEFAULT
                        .withKeepAlive(NEVER)
                        .withPeerCheck(AT_ONCE)
                        .withClose(Duration.ofMillis(50)))
                .start();
        try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<TestServer.Answer> answer = tasks.submit(() -> server.exec(BODY));
            executions.started.await();

            server.closeServer();

            assertThat(answer.get().status()).isEqualTo(200);
            assertThat(answer.get().json().get("message").stringValue()).isEqualTo("Cancelled");
        }
    }

    private String lateAnswer(String more) throws Exception {
        try (RawConnection client = connect()) {
            client.send(exec(more));
            client.readUntil(" \r\n");
            executions.finish(1);
            String rest = client.readUntil("\r\n0\r\n\r\n");
            return rest.substring(rest.indexOf('{'), rest.lastIndexOf('}') + 1);
        }
    }

    private RawConnection connect() throws java.io.IOException {
        return new RawConnection(server.port());
    }

    private static String exec(String more) {
        String body = "{\"lang\":\"py\",\"code\":\"x\"" + more + "}";
        return "POST /exec HTTP/1.1\r\nHost: x\r\nx-api-key: " + TestServer.KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private void restart(Duration keepAlive, Duration peerCheck) {
        server.close();
        server = serverWith(keepAlive, peerCheck);
    }

    private TestServer serverWith(Duration keepAlive, Duration peerCheck) {
        return TestServer.builder()
                .executing(executions)
                .times(HttpSettings.Times.DEFAULT.withKeepAlive(keepAlive).withPeerCheck(peerCheck))
                .start();
    }
}

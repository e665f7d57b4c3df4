package dev.codeinterpreter.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.execution.ExecutionSettings;
import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.UnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Limits, time limits and connections. */
@Timeout(60)
final class TransportTest {

    private static final HttpSettings.Sizes SMALL = HttpSettings.Sizes.DEFAULT.withBodyBytes(100_000);

    @Test
    void exec_announcedBodyAboveTheLimit_is413() {
        try (TestServer server = TestServer.builder().sizes(SMALL).start()) {
            TestServer.Answer answer = server.exec("{\"lang\":\"py\",\"code\":\"" + "x".repeat(100_000) + "\"}");

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.json().get("message").stringValue()).contains("100000 bytes");
            assertThat(answer.json().get("error_type").stringValue()).isEqualTo("resource_exhausted");
        }
    }

    @Test
    void exec_bodyAtTheLimit_isRead() {
        try (TestServer server = TestServer.builder().sizes(SMALL).start()) {
            String code = "x".repeat(100_000 - 24);
            server.sandboxes.with(code, run -> new Outcome.Exited(0));
            String body = "{\"lang\":\"py\",\"code\":\"" + code + "\"}";
            assertThat(body).hasSizeLessThanOrEqualTo(100_000);

            assertThat(server.exec(body).status()).isEqualTo(200);
        }
    }

    @Test
    void exec_endlessChunkedBody_is413BeforeItsEnd() throws IOException {
        try (TestServer server = TestServer.builder().sizes(SMALL).start();
                RawConnection client = new RawConnection(server.port())) {
            client.send(header(server, "Transfer-Encoding: chunked"));
            client.chunk("{\"lang\":\"py\",\"code\":\"".getBytes(StandardCharsets.UTF_8));
            byte[] piece = "x".repeat(10_000).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 11; i++) {
                client.chunk(piece);
            }

            assertThat(client.readAnswer())
                    .startsWith("HTTP/1.1 413 ")
                    .contains("Connection: close")
                    .contains("resource_exhausted");
        }
    }

    @Test
    void upload_thatAsksFirst_isToldToGoOn() throws IOException {
        byte[] form = new Form().file("file", "a", "1").bytes();
        try (TestServer server = TestServer.start();
                RawConnection client = new RawConnection(server.port())) {
            client.send(upload(TestServer.KEY, form.length));

            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100 ");
            assertThat(client.send(form).readAnswer()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void upload_thatAsksFirstWithoutAKey_isRefusedAtOnce() throws IOException {
        try (TestServer server = TestServer.start();
                RawConnection client = new RawConnection(server.port())) {
            client.send(upload("wrong", 1 << 20));

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 401 ").contains("Invalid API key");
        }
    }

    @Test
    void header_tooLong_is431AsJson() throws IOException {
        try (TestServer server = TestServer.start();
                RawConnection client = new RawConnection(server.port())) {
            client.send("GET /health HTTP/1.1\r\nHost: x\r\nX-Long: " + "x".repeat(20_000) + "\r\n\r\n");

            String answer = client.readAnswer();
            assertThat(answer).startsWith("HTTP/1.1 431 ").contains("X-Content-Type-Options: nosniff");
            assertThat(bodyOf(answer).get("error").stringValue()).isNotBlank();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET /health HTTP/1.1\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
                "POST /exec HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "GET /\u0000 HTTP/1.1\r\nHost: x\r\n\r\n"
            })
    void request_broken_is400AsJson(String request) throws IOException {
        try (TestServer server = TestServer.start();
                RawConnection client = new RawConnection(server.port())) {
            String answer = client.send(request).readAnswer();

            assertThat(answer).startsWith("HTTP/1.1 400 ").contains("X-Request-Id: ");
            assertThat(bodyOf(answer).get("error_type").stringValue()).isEqualTo("validation");
        }
    }

    @Test
    void header_thatDrips_isCutOff() throws IOException {
        HttpSettings.Times times = HttpSettings.Times.DEFAULT.withHeader(Duration.ofMillis(200));
        try (TestServer server = TestServer.builder().times(times).start();
                RawConnection client = new RawConnection(server.port())) {
            client.send("GET /health HTTP/1.1\r\nHost: x\r\n");

            assertThat(dripUntilClosed(client)).isTrue();
        }
    }

    @Test
    void header_ofALaterRequestThatDrips_isCutOff() throws IOException {
        HttpSettings.Times times = HttpSettings.Times.DEFAULT.withHeader(Duration.ofMillis(200));
        try (TestServer server = TestServer.builder().times(times).start();
                RawConnection client = new RawConnection(server.port())) {
            client.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").readAnswer();
            client.send("GET /health HTTP/1.1\r\nHost: x\r\n");

            assertThat(dripUntilClosed(client)).isTrue();
        }
    }

    @Test
    void connection_thatWasJustOpened_isCutOffWhenItSendsNothing() throws IOException {
        HttpSettings.Times times = HttpSettings.Times.DEFAULT.withHeader(Duration.ofMillis(100));
        try (TestServer server = TestServer.builder().times(times).start();
                RawConnection client = new RawConnection(server.port())) {
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void body_thatDrips_is408() throws IOException {
        HttpSettings.Times times = HttpSettings.Times.DEFAULT.withBody(Duration.ofMillis(100));
        try (TestServer server = TestServer.builder().times(times).start();
                RawConnection client = new RawConnection(server.port())) {
            client.send(header(server, "Content-Length: 1000000"));

            String answer = dripUntilAnswered(client);
            assertThat(answer).startsWith("HTTP/1.1 408 ").contains("\"error_type\":\"timeout\"");
        }
    }

    @Test
    void body_thatStops_is408() throws IOException {
        HttpSettings.Times times = HttpSettings.Times.DEFAULT.withIdle(Duration.ofMillis(200));
        try (TestServer server = TestServer.builder().times(times).start();
                RawConnection client = new RawConnection(server.port())) {
            client.send(header(server, "Content-Length: 1000")).send("{\"lang\":");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 408 ");
        }
    }

    @Test
    void exec_keepsTheConnection_andFileRoutesDoNot() throws IOException {
        try (TestServer server = TestServer.start();
                RawConnection client = new RawConnection(server.port())) {
            server.sandboxes.with("x", run -> new Outcome.Exited(0));
            String body = "{\"lang\":\"py\",\"code\":\"x\"}";
            String exec = header(server, "Content-Length: " + body.length()) + body;

            assertThat(client.send(exec).readAnswer()).startsWith("HTTP/1.1 200 ");
            assertThat(client.send(exec).readAnswer()).startsWith("HTTP/1.1 200 ");
            client.send("GET /files/x HTTP/1.1\r\nHost: x\r\nx-api-key: " + TestServer.KEY + "\r\n\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200 ").contains("Connection: close");
        }
    }

    @Test
    void exec_sixtyFourAtOnce_allRunAndTheHealthCheckAnswers() throws Exception {
        CountDownLatch all = new CountDownLatch(64);
        CountDownLatch goOn = new CountDownLatch(1);
        try (TestServer server = TestServer.builder()
                        .executions(ExecutionSettings.DEFAULT.withConcurrentExecutions(64))
                        .start();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            server.sandboxes.with("x", run -> {
                all.countDown();
                goOn.await();
                run.stdout(run.program().arguments().getFirst());
                return new Outcome.Exited(0);
            });
            List<Future<TestServer.Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                String body = "{\"lang\":\"py\",\"code\":\"x\",\"args\":[\"" + i + "\"]}";
                answers.add(clients.submit(() -> server.exec(body)));
            }
            assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();

            assertThat(server.get("/health").status()).isEqualTo(200);
            goOn.countDown();

            for (int i = 0; i < 64; i++) {
                assertThat(answers.get(i).get().json().get("stdout").stringValue())
                        .isEqualTo(Integer.toString(i));
            }
            assertThat(server.sandboxes.open()).isZero();
        }
    }

    @Test
    void start_portTaken_saysWhichOne() {
        try (TestServer server = TestServer.start()) {
            assertThatThrownBy(() -> TestServer.builder().port(server.port()).start())
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("127.0.0.1:" + server.port());
        }
    }

    @Test
    void close_idleServer_endsItsConnectionsAndThreads() throws IOException {
        TestServer server = TestServer.start();
        try (server;
                RawConnection client = new RawConnection(server.port())) {
            client.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").readAnswer();

            server.closeServer();
            server.closeServer();

            assertThat(client.readToEnd()).isEmpty();
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("http-header-deadline"));
        }
        int port = server.port();
        assertThatThrownBy(() -> new RawConnection(port)).isInstanceOf(Exception.class);
    }

    @Test
    void close_requestInFlight_isFinishedAndFurtherOnesAreRefused() throws Exception {
        LatchedExecutions executions = new LatchedExecutions();
        TestServer server = TestServer.builder().executing(executions).start();
        try (server;
                ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
                RawConnection other = new RawConnection(server.port())) {
            other.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").readAnswer();
            Future<TestServer.Answer> running = tasks.submit(() -> server.exec("{\"lang\":\"py\",\"code\":\"x\"}"));
            executions.started.await();
            Future<?> closing = tasks.submit(server::closeServer);
            server.awaitClosing();

            assertThat(other.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").readAnswer())
                    .startsWith("HTTP/1.1 503 ")
                    .contains("shutting down");
            executions.finish(1);

            assertThat(running.get().json().get("stdout").stringValue()).isEqualTo("done\n");
            closing.get();
        }
    }

    @Test
    void close_executionThatDoesNotEnd_isBounded() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        Semaphore goOn = new Semaphore(0);
        TestServer server = TestServer.builder()
                .times(HttpSettings.Times.DEFAULT.withClose(Duration.ofMillis(50)))
                .executing((_, _) -> {
                    started.countDown();
                    goOn.acquireUninterruptibly();
                    throw new SandboxLostException("at last");
                })
                .start();
        try (RawConnection client = new RawConnection(server.port())) {
            String body = "{\"lang\":\"py\",\"code\":\"x\"}";
            client.send(header(server, "Content-Length: " + body.length()) + body);
            started.await();

            server.close();

            assertThat(client.readToEnd()).isEmpty();
        } finally {
            goOn.release();
        }
    }

    @Test
    void close_serverThatNeverStarted_doesNothing() {
        HttpServer server = TestServer.builder().unstarted();

        server.close();

        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
    }

    private static String header(TestServer server, String length) {
        return "POST /exec HTTP/1.1\r\nHost: 127.0.0.1:" + server.port() + "\r\nx-api-key: " + TestServer.KEY
                + "\r\nContent-Type: application/json\r\n" + length + "\r\n\r\n";
    }

    private static String upload(String key, int length) {
        return "POST /upload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nx-api-key: " + key + "\r\nContent-Type: "
                + new Form().contentType() + "\r\nContent-Length: " + length + "\r\n\r\n";
    }

    private static JsonNode bodyOf(String answer) {
        return TestServer.json(answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }

    /** Sends a header line again and again until the server has had enough of it. */
    private static boolean dripUntilClosed(RawConnection client) {
        try {
            while (!client.isClosedAfterWaiting(Duration.ofMillis(20))) {
                client.send("X-A: b\r\n");
            }
        } catch (IOException cut) {
            return true;
        }
        return true;
    }

    private static String dripUntilAnswered(RawConnection client) throws IOException {
        while (!client.hasAnswerAfterWaiting(Duration.ofMillis(10))) {
            client.send(" ");
        }
        return client.readAnswer();
    }
}

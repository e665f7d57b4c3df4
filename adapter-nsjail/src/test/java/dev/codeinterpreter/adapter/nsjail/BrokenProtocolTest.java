package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.adapter.nsjail.RealSandboxes.Run;
import dev.codeinterpreter.core.execution.OutputListener;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Program;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import dev.codeinterpreter.core.sandbox.RecordingOutput;
import dev.codeinterpreter.core.sandbox.Sandbox;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a guard does with frames that a server should never send: it ends its run, whole, and the server sees a lost sandbox and goes
 * on.
 */
@Timeout(60)
@SuppressWarnings("NullAway.Init") // set before the first test
final class BrokenProtocolTest {

    private static final ByteBuffer EXEC = ByteBuffer.allocate(17 + 10)
            .putInt(1000)
            .putLong(1000)
            .put((byte) 0)
            .putShort((short) 1)
            .putShort((short) 0)
            .put("/bin/true\0".getBytes(StandardCharsets.UTF_8))
            .flip()
            .asReadOnlyBuffer();

    private static Path base;
    private static NsjailSandboxes sandboxes;

    private final String sleep = Machine.uniqueSleep();

    @BeforeAll
    static void open() throws IOException {
        base = RealSandboxes.newBaseDirectory();
        sandboxes = NsjailSandboxes.open(RealSandboxes.fresh(base));
    }

    @AfterAll
    static void close() throws IOException {
        sandboxes.close();
        Files.delete(base);
    }

    @AfterEach
    void server_afterABrokenSandbox_goesOnAndNothingIsLeft() {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(Machine.processesNamed(sleep)).isEmpty());
        Run next = RealSandboxes.run(sandboxes, Language.BASH, "echo next");
        assertThat(next.stdout()).isEqualTo("next\n");
    }

    @Test
    void waitingGuard_unknownType_ends() {
        assertLostAfter(channel -> channel.send(FrameType.HELLO));
    }

    @Test
    void waitingGuard_longerThanItsTypeMayBe_ends() {
        assertLostAfter(channel -> channel.send(FrameType.PUT, ByteBuffer.allocate(8193)));
    }

    @Test
    void waitingGuard_putWithoutAName_ends() {
        assertLostAfter(channel -> channel.send(FrameType.PUT, ByteBuffer.allocate(10)));
    }

    @Test
    void waitingGuard_putToAnUnknownPlace_ends() {
        assertLostAfter(channel -> channel.send(
                FrameType.PUT,
                ByteBuffer.allocate(11).put((byte) 2).put(10, (byte) 'x').rewind()));
    }

    @Test
    void waitingGuard_nameWithANul_ends() {
        assertLostAfter(channel -> channel.send(
                FrameType.PUT, ByteBuffer.allocate(13).put(10, (byte) 'x').put(12, (byte) 'y')));
    }

    @Test
    void waitingGuard_programInAnUnfinishedPut_ends() {
        assertLostAfter(channel -> {
            channel.send(FrameType.PUT, put("x", 10));
            channel.send(FrameType.EXEC, EXEC.duplicate());
        });
    }

    @Test
    void waitingGuard_secondPutInAnUnfinishedOne_ends() {
        assertLostAfter(channel -> {
            channel.send(FrameType.PUT, put("x", 10));
            channel.send(FrameType.PUT, put("y", 10));
        });
    }

    @Test
    void waitingGuard_malformedProgram_ends() {
        assertLostAfter(channel -> channel.send(FrameType.EXEC, EXEC.duplicate().limit(26)));
    }

    @Test
    void waitingGuard_hangUpWithinAFrame_ends() {
        assertLostAfter(channel -> {
            channel.send(FrameType.PUT, put("x", 10));
            channel.close();
        });
    }

    @Test
    void waitingGuard_dataThatNobodyAskedFor_isPassedOver() {
        try (Sandbox sandbox = open(channel -> channel.send(FrameType.DATA, ByteBuffer.allocate(1000)))) {
            assertThat(RealSandboxes.run(sandbox, RealSandboxes.program("echo here"))
                            .stdout())
                    .isEqualTo("here\n");
        }
    }

    @Test
    void running_secondProgram_endsTheRun() {
        assertLostInARun(channel -> channel.send(FrameType.EXEC, EXEC.duplicate()));
    }

    @Test
    void running_get_endsTheRun() {
        assertLostInARun(
                channel -> channel.send(FrameType.GET, ByteBuffer.allocate(9).put(8, (byte) 'x')));
    }

    @Test
    void running_list_endsTheRun() {
        assertLostInARun(channel -> channel.send(FrameType.LIST));
    }

    @Test
    void running_put_endsTheRun() {
        assertLostInARun(channel -> channel.send(FrameType.PUT, put("x", 1)));
    }

    @Test
    void running_moreInputThanTheWindow_endsTheRun() {
        assertLostInARun(channel -> {
            for (int i = 0; i < 3; i++) {
                channel.send(FrameType.DATA, ByteBuffer.allocate(64 << 10));
            }
        });
    }

    @Test
    void running_unknownType_endsTheRun() {
        assertLostInARun(channel -> channel.send(FrameType.STDOUT));
    }

    private interface Frames {
        void send(FrameChannel channel) throws IOException;
    }

    private static ByteBuffer put(String name, long size) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(10 + bytes.length)
                .put((byte) 0)
                .put((byte) 0)
                .putLong(size)
                .put(bytes)
                .flip();
    }

    private static NsjailSandbox open(Frames frames) {
        NsjailSandbox sandbox = (NsjailSandbox) sandboxes.open(RealSandboxes.spec(Language.BASH, RealSandboxes.LIMITS));
        try {
            frames.send(sandbox.channel());
        } catch (IOException guardEndedAlready) {
            assertThat(guardEndedAlready).isNotNull();
        }
        return sandbox;
    }

    private static void assertLostAfter(Frames frames) {
        try (Sandbox sandbox = open(frames)) {
            assertThatThrownBy(() -> sandbox.run(RealSandboxes.program("echo never"), OutputListener.NONE))
                    .isInstanceOf(SandboxLostException.class);
        }
    }

    private void assertLostInARun(Frames frames) {
        CountDownLatch end = new CountDownLatch(1);
        RecordingOutput output = new RecordingOutput();
        Program program = new Program(
                "(setsid sleep " + sleep + " &); echo ready; sleep " + sleep,
                List.of(),
                ProgramInput.of(new SilentInput(end)));
        try (NsjailSandbox sandbox = open(channel -> {})) {
            FutureTask<Object> run = new FutureTask<>(() -> sandbox.run(program, output));
            Thread.ofPlatform().name("run-that-is-lost").start(run);
            output.awaitFirstByte();

            frames.send(sandbox.channel());

            assertThat(run)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withCauseInstanceOf(SandboxLostException.class);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            end.countDown();
        }
    }

    /** Gives nothing until it is told to end. */
    private static final class SilentInput extends InputStream {

        private final CountDownLatch end;

        SilentInput(CountDownLatch end) {
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            try {
                end.await();
                return -1;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return read();
        }
    }
}

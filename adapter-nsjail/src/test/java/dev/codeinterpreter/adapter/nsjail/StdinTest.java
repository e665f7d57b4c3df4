package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.adapter.nsjail.RealSandboxes.Run;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Outcome.TimedOut;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.Program;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How much of a stream is read ahead of a program, and what becomes of it. */
@Timeout(60)
@SuppressWarnings("NullAway.Init") // set before the first test
final class StdinTest {

    private static final int SIZE = 10_000_000;

    /** What the guard takes, what a pipe holds, and what the feeder has in its hands. */
    private static final int AHEAD = StdinFeeder.WINDOW + (64 << 10) + (32 << 10);

    private static Path base;
    private static NsjailSandboxes sandboxes;

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
    void feeder_afterTheRun_isGone() {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("stdin-")));
    }

    @Test
    void run_programThatReadsSlowly_getsAllOfIt() {
        Numbers input = new Numbers(SIZE);

        Run run = run(RealSandboxes.LIMITS, "while head -c 500000 | grep -c ''; do sleep 0.02; done; wc -c", input);

        assertThat(run.result().outcome()).isEqualTo(new Exited(0));
        assertThat(run.stdout()).endsWith("0\n");
        assertThat(input.given()).isEqualTo(SIZE);
    }

    @Test
    void run_programThatReadsLittle_isNotReadFarAhead() {
        Numbers input = new Numbers(SIZE);
        Duration limit = Duration.ofSeconds(2);

        Run run = run(RealSandboxes.LIMITS.withWallTime(limit), "head -c 100000 | wc -c; sleep 1000", input);

        assertThat(run.result().outcome()).isEqualTo(new TimedOut(limit));
        assertThat(run.stdout()).isEqualTo("100000\n");
        assertThat(input.given()).isBetween(100_000, 100_000 + AHEAD);
    }

    @Test
    void run_programThatNeverReads_isNotReadFarAhead() {
        Numbers input = new Numbers(SIZE);
        Duration limit = Duration.ofSeconds(1);

        Run run = run(RealSandboxes.LIMITS.withWallTime(limit), "sleep 1000", input);

        assertThat(run.result().outcome()).isEqualTo(new TimedOut(limit));
        assertThat(input.given()).isBetween(1, AHEAD);
    }

    @Test
    void run_programThatClosesItsInput_theRestIsDropped() {
        Numbers input = new Numbers(SIZE);

        Run run = run(RealSandboxes.LIMITS, "exec 0<&-; echo closed; sleep 1", input);

        assertThat(run.result().outcome()).isEqualTo(new Exited(0));
        assertThat(run.stdout()).isEqualTo("closed\n");
    }

    @Test
    void run_sourceThatFails_isAtItsEnd() {
        InputStream input = new InputStream() {
            private int left = 3;

            @Override
            public int read() throws IOException {
                if (left-- == 0) {
                    throw new IOException("terminal is gone");
                }
                return 'x';
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                buffer[offset] = (byte) read();
                return 1;
            }
        };

        Run run = run(RealSandboxes.LIMITS, "cat; echo; echo end", input);

        assertThat(run.stdout()).isEqualTo("xxx\nend\n");
    }

    private static Run run(Limits limits, String script, InputStream input) {
        return RealSandboxes.run(
                sandboxes, Language.BASH, limits, new Program(script, List.of(), ProgramInput.of(input)));
    }

    /** So many bytes of short lines, which counts what was asked of it. */
    private static final class Numbers extends InputStream {

        private final int size;
        private final AtomicInteger given = new AtomicInteger();

        Numbers(int size) {
            this.size = size;
        }

        int given() {
            return given.get();
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("the feeder reads arrays");
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            int from = given.get();
            int count = Math.min(length, size - from);
            if (count == 0) {
                return -1;
            }
            for (int i = 0; i < count; i++) {
                buffer[offset + i] = (byte) ((from + i) % 10 == 9 ? '\n' : '0' + (from + i) % 10);
            }
            given.addAndGet(count);
            return count;
        }
    }
}

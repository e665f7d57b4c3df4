package dev.codeinterpreter.core.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.Outcome.Signalled;
import dev.codeinterpreter.core.execution.OutputListener;
import dev.codeinterpreter.core.language.Language;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How any {@link Sandbox} runs a program: source, arguments, input, output, end. Needs bash, coreutils and Python. */
@Timeout(180)
public interface SandboxRunContract {

    /** The port under test. */
    SandboxPort port();

    @Test
    default void run_simpleProgram_writesAndExits() {
        Runs.bash(port(), "echo hello").succeeded().wrote("hello\n");
        Runs.python(port(), Runs.LIMITS, "print('hello')").succeeded().wrote("hello\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 124, 126, 137, 139, 255})
    default void run_exitCode_isTold(int code) {
        Runs.bash(port(), "echo partial; exit " + code).exited(code).wrote("partial\n");
    }

    @Test
    default void run_pythonException_exitsWithOneAndShowsTheTraceback() {
        SandboxRun run = Runs.python(port(), Runs.LIMITS, "print('before')\nraise ValueError('the reason')")
                .exited(1);

        assertThat(run.stdout()).isEqualTo("before\n");
        assertThat(run.stderr()).contains("Traceback", "ValueError: the reason");
    }

    @Test
    default void run_pythonExit_keepsCodeAndOutput() {
        SandboxRun run = Runs.python(port(), Runs.LIMITS, "import sys\nprint('before')\nsys.exit(3)");

        run.exited(3).wrote("before\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 9, 11, 15})
    default void run_signal_isTold(int signal) {
        SandboxRun run = Runs.bash(port(), "echo partial; kill -" + signal + " $$");

        assertThat(run.outcome()).isEqualTo(new Signalled(signal));
        assertThat(run.stdout()).isEqualTo("partial\n");
    }

    @Test
    default void run_pythonSegmentationFault_isTold() {
        SandboxRun run = Runs.python(port(), Runs.LIMITS, "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)");

        assertThat(run.outcome()).isEqualTo(new Signalled(11));
    }

    @Test
    default void run_signalOfAChild_isNotTheProgramsEnd() {
        Runs.bash(port(), "bash -c 'kill -9 $$'; echo \"child: $?\"; exit 5").exited(5);
    }

    @Test
    default void run_stdoutAndStderr_areKeptApart() {
        SandboxRun run =
                Runs.bash(port(), "echo out; echo err >&2; printf more").succeeded();

        assertThat(run.stdout()).isEqualTo("out\nmore");
        assertThat(run.stderr()).isEqualTo("err\n");
    }

    @Test
    default void run_anyBytes_comeAsTheyAre() {
        SandboxRun run = Runs.python(
                        port(), Runs.LIMITS, "import sys\nsys.stdout.buffer.write(bytes(range(256)) * 300)")
                .succeeded();

        byte[] expected = new byte[256 * 300];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = (byte) i;
        }
        assertThat(run.output().stdoutBytes()).isEqualTo(expected);
    }

    @Test
    default void run_closedStreams_isAnOrdinaryEnd() {
        Runs.bash(port(), "exec 1>&- 2>&-; exit 4").exited(4).wrote("");
    }

    @Test
    default void run_output_comesWhileTheProgramRuns() {
        CountDownLatch seen = new CountDownLatch(1);
        InputStream input = new FilterInputStream(new ByteArrayInputStream("go\n".getBytes(UTF_8))) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                await(seen);
                return super.read(buffer, offset, length);
            }
        };
        RecordingOutput recording = new RecordingOutput();
        OutputListener listener = new OutputListener() {
            @Override
            public void stdout(byte[] bytes, int offset, int length) {
                recording.stdout(bytes, offset, length);
                if (recording.stdout().equals("one\n")) {
                    seen.countDown();
                }
            }

            @Override
            public void stderr(byte[] bytes, int offset, int length) {
                recording.stderr(bytes, offset, length);
            }
        };

        try (Sandbox sandbox = Runs.open(port())) {
            RunResult result = sandbox.run(Runs.program("echo one; read -r word; echo \"got $word\"", input), listener);

            new SandboxRun(result, recording).succeeded().wrote("one\ngot go\n");
        }
    }

    @Test
    default void run_listener_isCalledByTheCallingThread() {
        Thread caller = Thread.currentThread();
        OutputListener listener = new OutputListener() {
            @Override
            public void stdout(byte[] bytes, int offset, int length) {
                assertThat(Thread.currentThread()).isSameAs(caller);
                assertThat(length).isPositive();
                assertThat(offset + length).isLessThanOrEqualTo(bytes.length);
            }

            @Override
            public void stderr(byte[] bytes, int offset, int length) {
                stdout(bytes, offset, length);
            }
        };

        try (Sandbox sandbox = Runs.open(port())) {
            RunResult result = sandbox.run(Runs.program("echo out; echo err >&2"), listener);

            assertThat(result.outcome().isSuccess()).isTrue();
        }
    }

    @Test
    default void run_arguments_arriveAsTheyAre() {
        String code = "printf '<%s>\\n' \"$#\" \"$@\"";
        String[] arguments = {"a b", "", "ü😀", "-x", "*", "$HOME", "'\"", "line\nbreak", "\\"};

        StringBuilder expected = new StringBuilder("<" + arguments.length + ">\n");
        for (String argument : arguments) {
            expected.append('<').append(argument).append(">\n");
        }
        Runs.run(port(), Language.BASH, Runs.LIMITS, Runs.program(code, arguments))
                .succeeded()
                .wrote(expected.toString());
    }

    @Test
    default void run_pythonArguments_arriveAsTheyAre() {
        Runs.run(
                        port(),
                        Language.PYTHON,
                        Runs.LIMITS,
                        Runs.program("import sys\nprint(sys.argv[1:])", "a b", "", "é", "-c"))
                .succeeded()
                .wrote("['a b', '', 'é', '-c']\n");
    }

    @Test
    default void run_source_isTakenAsItIs() {
        Runs.bash(port(), "cat <<'END'\n  \ttabs 'single' \"double\" $HOME `x` \\ %s é日😀\n\nEND\n")
                .succeeded()
                .wrote("  \ttabs 'single' \"double\" $HOME `x` \\ %s é日😀\n\n");
        Runs.python(port(), Runs.LIMITS, "if True:\n\tprint('''a\n\n  b''')\n\n\n")
                .succeeded()
                .wrote("a\n\n  b\n");
    }

    @Test
    default void run_longSource_isNoProblem() {
        String comments = ("# " + "x".repeat(98) + "\n").repeat(10_000);

        Runs.bash(port(), comments + "echo end").succeeded().wrote("end\n");
        Runs.python(port(), Runs.LIMITS, comments + "print('end')").succeeded().wrote("end\n");
    }

    @Test
    default void run_noInput_isAtItsEnd() {
        Runs.bash(port(), "cat; read -r x || echo 'at the end'").succeeded().wrote("at the end\n");

        SandboxRun run = Runs.python(port(), Runs.LIMITS, "input()").exited(1);
        assertThat(run.stderr()).contains("EOFError");
    }

    @Test
    default void run_input_arrivesWholeAndEnds() {
        byte[] input = new byte[3_000_000];
        new Random(3).nextBytes(input);

        SandboxRun run = Runs.run(
                        port(), Language.BASH, Runs.LIMITS, Runs.program("cat", new ByteArrayInputStream(input)))
                .succeeded();

        assertThat(run.output().stdoutBytes()).isEqualTo(input);
    }

    @Test
    default void run_inputThatNobodyReads_isNotWaitedFor() {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                return length;
            }
        };

        Runs.run(port(), Language.BASH, Runs.LIMITS, Runs.program("echo done", endless))
                .succeeded()
                .wrote("done\n");
        Runs.run(port(), Language.BASH, Runs.LIMITS, Runs.program("head -c 10 | wc -c", endless))
                .succeeded()
                .wrote("10\n");
    }

    @Test
    default void run_inputThatNeverComes_isNotWaitedFor() {
        CountDownLatch end = new CountDownLatch(1);
        InputStream silent = new FilterInputStream(InputStream.nullInputStream()) {
            @Override
            public int read() throws IOException {
                await(end);
                return -1;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return read();
            }
        };

        try {
            Runs.run(port(), Language.BASH, Runs.LIMITS, Runs.program("echo done", silent))
                    .succeeded()
                    .wrote("done\n");
        } finally {
            end.countDown();
        }
    }

    @Test
    default void run_workingDirectory_isWritableAndEmpty() {
        Runs.bash(port(), "pwd; ls -A; echo x > f && cat f").succeeded().wrote("/mnt/data\nx\n");
        Runs.bash(port(), "echo x > /tmp/f && cat /tmp/f").succeeded().wrote("x\n");
    }

    @Test
    default void run_messagesOfTools_areEnglish() {
        SandboxRun run = Runs.bash(port(), "cat missing").exited(1);

        assertThat(run.stderr()).isEqualTo("cat: missing: No such file or directory\n");
    }

    @Test
    default void run_idiomsOfBash_work() {
        Runs.bash(port(), "cat <(echo substituted); cat <<< here").succeeded().wrote("substituted\nhere\n");
    }

    @Test
    default void run_unicodeOutput_needsNoSetting() {
        Runs.python(port(), Runs.LIMITS, "print('é日😀')").succeeded().wrote("é日😀\n");
    }

    @Test
    default void run_usage_isMeasured() {
        SandboxRun run = Runs.python(port(), Runs.LIMITS, """
                import time
                data = b'x' * (100 << 20)
                while time.process_time() < 0.3:
                    pass
                """).succeeded();

        assertThat(run.result().usage().wallTime()).isGreaterThanOrEqualTo(Duration.ofMillis(200));
        assertThat(run.result().usage().cpuTime())
                .hasValueSatisfying(time -> assertThat(time).isGreaterThanOrEqualTo(Duration.ofMillis(200)));
        assertThat(run.result().usage().peakMemoryBytes()).isPresent();
        assertThat(run.result().usage().peakMemoryBytes().getAsLong())
                .isBetween(100 * Runs.MIB, Runs.LIMITS.memoryBytes());
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(100, TimeUnit.SECONDS)) {
                throw new IOException("nobody opened the latch");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException().initCause(interrupted);
        }
    }
}

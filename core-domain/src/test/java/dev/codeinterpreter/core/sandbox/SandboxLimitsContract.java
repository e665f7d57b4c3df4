package dev.codeinterpreter.core.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.Outcome.DiskExceeded;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Outcome.MemoryExceeded;
import dev.codeinterpreter.core.execution.Outcome.OutputExceeded;
import dev.codeinterpreter.core.execution.Outcome.ProcessesExceeded;
import dev.codeinterpreter.core.execution.Outcome.TimedOut;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That any {@link Sandbox} enforces each limit and says which one it was. Needs bash, coreutils and Python. */
@Timeout(180)
public interface SandboxLimitsContract {

    /** Long enough to begin on a busy machine, short enough to wait for. */
    Duration SHORT = Duration.ofSeconds(3);

    /** The port under test. */
    SandboxPort port();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sleep 1000",
                "while :; do :; done",
                "kill -STOP $$",
                "trap '' TERM INT HUP QUIT; while :; do sleep 1; done",
                "exec 1>&- 2>&-; sleep 1000",
                "sleep 1000 & wait",
                "mkfifo pipe; cat pipe"
            })
    default void run_tooLong_isEndedWithWhatItWroteBefore(String code) {
        SandboxRun run = Runs.bash(port(), Runs.LIMITS.withWallTime(SHORT), "echo before\n" + code);

        assertThat(run.outcome()).isEqualTo(new TimedOut(SHORT));
        assertThat(run.stdout()).isEqualTo("before\n");
        assertThat(run.result().usage().wallTime()).isGreaterThanOrEqualTo(SHORT.minusMillis(100));
    }

    @Test
    default void run_pythonThatCatchesEverything_isEnded() {
        SandboxRun run = Runs.python(port(), Runs.LIMITS.withWallTime(SHORT), """
                import signal, time
                for number in range(1, 65):
                    try:
                        signal.signal(number, signal.SIG_IGN)
                    except (OSError, ValueError):
                        pass
                print('before', flush=True)
                while True:
                    try:
                        time.sleep(1)
                    except BaseException:
                        pass
                """);

        assertThat(run.outcome()).isEqualTo(new TimedOut(SHORT));
        assertThat(run.stdout()).isEqualTo("before\n");
    }

    @Test
    default void run_tooMuchMemory_isEnded() {
        long limit = 128 * Runs.MIB;
        SandboxRun run = Runs.python(
                port(), Runs.LIMITS.withMemoryBytes(limit), "print('before', flush=True)\nx = b'x' * (1 << 30)");

        assertMemoryExceeded(run, limit);
        assertThat(run.stdout()).isEqualTo("before\n");
    }

    @Test
    default void run_tooMuchMemoryInAChild_isTold() {
        long limit = 64 * Runs.MIB;
        SandboxRun run = Runs.bash(port(), Runs.LIMITS.withMemoryBytes(limit), "tail /dev/zero > /dev/null; exit 9");

        assertMemoryExceeded(run, limit);
    }

    @Test
    default void run_tooMuchMemoryInManyProcesses_isEnded() {
        long limit = 128 * Runs.MIB;
        SandboxRun run = Runs.python(port(), Runs.LIMITS.withMemoryBytes(limit), """
                import os, time
                for _ in range(8):
                    if os.fork() == 0:
                        data = b'x' * (40 << 20)
                        time.sleep(5)
                        os._exit(0)
                for _ in range(8):
                    os.wait()
                os._exit(9)
                """);

        assertMemoryExceeded(run, limit);
    }

    @Test
    default void run_tooMuchMemoryInFiles_isEnded() {
        long limit = 64 * Runs.MIB;
        Limits limits =
                Runs.LIMITS.withMemoryBytes(limit).withDiskBytes(512 * Runs.MIB).withFileBytes(512 * Runs.MIB);

        assertMemoryExceeded(Runs.bash(port(), limits, "head -c 300M /dev/zero > file; exit 9"), limit);
    }

    @Test
    default void run_memoryBelowTheLimit_isFine() {
        Runs.python(port(), Runs.LIMITS, "x = b'x' * (150 << 20)\nprint(len(x))")
                .succeeded()
                .wrote((150 << 20) + "\n");
    }

    @Test
    default void run_tooManyProcesses_areRefused() {
        SandboxRun run = Runs.python(port(), Runs.LIMITS.withProcesses(32), """
                import errno, os, time
                made = 0
                try:
                    while made < 1000:
                        if os.fork() == 0:
                            time.sleep(100)
                            os._exit(0)
                        made += 1
                except OSError as refusal:
                    print(refusal.errno == errno.EAGAIN, 8 <= made <= 32, flush=True)
                    os._exit(3)
                print('never refused', flush=True)
                """);

        assertThat(run.stdout()).isEqualTo("True True\n");
        assertThat(run.outcome()).isEqualTo(new ProcessesExceeded(32, OptionalInt.of(3)));
    }

    @Test
    default void run_tooManyThreads_areRefused() {
        SandboxRun run = Runs.python(port(), Runs.LIMITS.withProcesses(32), """
                import os, threading, time
                made = 0
                try:
                    while made < 1000:
                        threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
                        made += 1
                except RuntimeError:
                    print(8 <= made <= 32, flush=True)
                    os._exit(4)
                print('never refused', flush=True)
                """);

        assertThat(run.stdout()).isEqualTo("True\n");
        assertThat(run.outcome()).isEqualTo(new ProcessesExceeded(32, OptionalInt.of(4)));
    }

    @Test
    default void run_refusedProcessThatTheProgramCopesWith_isAnOrdinaryEnd() {
        Runs.python(port(), Runs.LIMITS.withProcesses(16), """
                import os, time
                try:
                    for _ in range(1000):
                        if os.fork() == 0:
                            time.sleep(100)
                            os._exit(0)
                except OSError:
                    print('coped', flush=True)
                os._exit(0)
                """).succeeded().wrote("coped\n");
    }

    @Test
    default void run_forkBomb_isEndedAndTheNextRunIsFine() {
        SandboxRun run = Runs.bash(
                port(),
                Runs.LIMITS.withWallTime(SHORT).withProcesses(32),
                "bomb() { bomb | bomb & }; bomb; while :; do :; done");

        assertThat(run.outcome()).isInstanceOfAny(TimedOut.class, ProcessesExceeded.class);
        Runs.bash(port(), "echo fine").succeeded().wrote("fine\n");
    }

    @Test
    default void run_fullDisk_isTold() {
        long limit = 8 * Runs.MIB;
        SandboxRun run = Runs.bash(port(), Runs.LIMITS.withDiskBytes(limit), "head -c 20M /dev/zero > file");

        assertThat(run.outcome()).isEqualTo(new DiskExceeded(limit, OptionalInt.of(1)));
        assertThat(run.stderr()).contains("No space left on device");
    }

    @Test
    default void run_fullDiskThatTheProgramCopesWith_isAnOrdinaryEnd() {
        SandboxRun run = Runs.bash(
                port(), Runs.LIMITS.withDiskBytes(8 * Runs.MIB), "head -c 20M /dev/zero > file; echo coped; exit 0");

        assertThat(run.outcome()).isEqualTo(new Exited(0));
        assertThat(run.stdout()).isEqualTo("coped\n");
    }

    @Test
    default void run_tooManyFiles_areRefused() {
        Limits limits = Runs.LIMITS;
        Limits few = new Limits(
                limits.wallTime(),
                limits.compileTime(),
                limits.memoryBytes(),
                limits.processes(),
                limits.cpus(),
                limits.diskBytes(),
                limits.temporaryBytes(),
                64,
                limits.fileBytes(),
                limits.outputBytes());
        SandboxRun run = Runs.bash(
                port(),
                few,
                "for ((i = 0; i < 1000; i++)); do : > \"f$i\" || { echo \"$((i <= 64))\"; exit 2; }; done");

        assertThat(run.stdout()).isEqualTo("1\n");
        assertThat(run.outcome()).isEqualTo(new DiskExceeded(limits.diskBytes(), OptionalInt.of(2)));
    }

    @Test
    default void run_fullTemporaryDirectory_isLimitedToo() {
        Limits limits = Runs.LIMITS;
        Limits little = new Limits(
                limits.wallTime(),
                limits.compileTime(),
                limits.memoryBytes(),
                limits.processes(),
                limits.cpus(),
                limits.diskBytes(),
                2 * Runs.MIB,
                limits.inodes(),
                limits.fileBytes(),
                limits.outputBytes());
        SandboxRun run = Runs.bash(port(), little, "head -c 20M /dev/zero > /tmp/file");

        assertThat(run.outcome().isSuccess()).isFalse();
        assertThat(run.stderr()).contains("No space left on device");
    }

    @Test
    default void run_largeFile_endsAtTheLimit() {
        try (Sandbox sandbox = Runs.open(port(), Runs.LIMITS.withFileBytes(Runs.MIB))) {
            SandboxRun run = Runs.run(sandbox, "head -c 4M /dev/zero > file");

            assertThat(run.outcome().isSuccess()).isFalse();
            assertThat(sandbox.files())
                    .allSatisfy(file -> assertThat(file.size()).isLessThanOrEqualTo(Runs.MIB));
        }
    }

    @Test
    default void run_hundredMegabytesOfOutput_comeWhole() {
        CountingOutput output = new CountingOutput();
        try (Sandbox sandbox = Runs.open(port(), Runs.LIMITS.withOutputBytes(200 * Runs.MIB))) {
            RunResult result = sandbox.run(Runs.program("head -c 100M /dev/zero"), output);

            assertThat(result.outcome()).isEqualTo(new Exited(0));
            assertThat(output.stdout()).isEqualTo(100 * Runs.MIB);
            assertThat(output.total()).isEqualTo(100 * Runs.MIB);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"yes", "yes >&2", "head -c 5M /dev/zero; head -c 5M /dev/zero >&2; sleep 50", "yes | cat & wait"
            })
    default void run_tooMuchOutput_isEnded(String code) {
        long limit = 8 * Runs.MIB;
        CountingOutput output = new CountingOutput();
        try (Sandbox sandbox = Runs.open(port(), Runs.LIMITS.withOutputBytes(limit))) {
            RunResult result = sandbox.run(Runs.program(code), output);

            assertThat(result.outcome()).isEqualTo(new OutputExceeded(limit));
            assertThat(output.total()).isBetween(limit - Runs.MIB, limit + Runs.MIB);
        }
    }

    private static void assertMemoryExceeded(SandboxRun run, long limit) {
        assertThat(run.outcome()).isInstanceOfSatisfying(MemoryExceeded.class, exceeded -> {
            assertThat(exceeded.limitBytes()).isEqualTo(limit);
            exceeded.peakBytes().ifPresent(peak -> assertThat(peak).isBetween(limit / 2, limit + Runs.MIB));
        });
    }
}

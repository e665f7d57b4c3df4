package dev.codeinterpreter.core.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.core.execution.Outcome.Cancelled;
import dev.codeinterpreter.core.execution.OutputListener;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.file.FileName;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How any {@link Sandbox} is ended: by cancel, by interrupt, by close; and that many live side by side. */
@Timeout(180)
public interface SandboxLifeContract {

    /** The port under test. */
    SandboxPort port();

    @Test
    default void cancel_byAnotherThread_endsTheProgram() throws Exception {
        String sleep = Runs.uniqueSleep();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Sandbox sandbox = Runs.open(port())) {
            RecordingOutput output = new RecordingOutput();
            Future<RunResult> running = threads.submit(
                    () -> sandbox.run(Runs.program("echo started; sleep " + sleep + "; echo never"), output));
            try {
                output.awaitFirstByte();
                await().atMost(Duration.ofSeconds(30)).until(() -> Runs.isSleeping(sleep));
            } finally {
                sandbox.cancel();
            }

            RunResult result = running.get(60, TimeUnit.SECONDS);

            assertThat(result.outcome()).isEqualTo(new Cancelled());
            assertThat(output.stdout()).isEqualTo("started\n");
            await().atMost(Duration.ofSeconds(10)).until(() -> !Runs.isSleeping(sleep));
        }
    }

    @Test
    default void cancel_severalTimesAndAfterTheEnd_doesNothingMore() {
        Sandbox sandbox = Runs.open(port());
        Runs.run(sandbox, "echo done").succeeded().wrote("done\n");

        sandbox.cancel();
        sandbox.cancel();
        sandbox.close();
        sandbox.cancel();
    }

    @Test
    default void run_interrupted_isCancelledAndKeepsTheFlag() throws Exception {
        String sleep = Runs.uniqueSleep();
        RecordingOutput output = new RecordingOutput();
        AtomicReference<Boolean> flag = new AtomicReference<>(false);
        try (ExecutorService threads = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("interrupted-run").factory())) {
            Future<RunResult> running = threads.submit(() -> {
                try (Sandbox sandbox = Runs.open(port())) {
                    return sandbox.run(Runs.program("echo started; sleep " + sleep), output);
                } finally {
                    flag.set(Thread.currentThread().isInterrupted());
                }
            });
            output.awaitFirstByte();
            await().atMost(Duration.ofSeconds(30)).until(() -> Runs.isSleeping(sleep));

            threads.shutdownNow();

            assertThat(running.get(60, TimeUnit.SECONDS).outcome()).isEqualTo(new Cancelled());
        }
        assertThat(flag.get()).isTrue();
        await().atMost(Duration.ofSeconds(10)).until(() -> !Runs.isSleeping(sleep));
    }

    @Test
    default void run_interruptedBefore_isCancelledAndKeepsTheFlag() {
        try (Sandbox sandbox = Runs.open(port())) {
            Thread.currentThread().interrupt();
            SandboxRun run = Runs.run(sandbox, "sleep 1000");
            boolean flag = Thread.interrupted();

            assertThat(run.outcome()).isEqualTo(new Cancelled());
            assertThat(flag).isTrue();
        }
    }

    @Test
    default void close_withoutARun_isFine() throws Exception {
        Runs.open(port()).close();
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.put(sandbox, "a", "never read");
        }
    }

    @Test
    default void close_twice_doesNothingMore() {
        Sandbox sandbox = Runs.open(port());
        Runs.run(sandbox, "echo done").succeeded();

        sandbox.close();
        sandbox.close();

        assertThatThrownBy(sandbox::files).isInstanceOf(SandboxLostException.class);
        assertThatThrownBy(() -> sandbox.fetch(new FileName("a"), 1, OutputStream.nullOutputStream()))
                .isInstanceOf(SandboxLostException.class);
        assertThatThrownBy(() -> Runs.put(sandbox, "a", "a")).isInstanceOf(SandboxLostException.class);
        assertThatThrownBy(() -> Runs.run(sandbox, "echo x")).isInstanceOf(SandboxLostException.class);
    }

    @Test
    default void run_listenerThatThrows_endsTheProgramAndReachesTheCaller() {
        String sleep = Runs.uniqueSleep();
        IllegalStateException failure = new IllegalStateException("the reader went away");
        OutputListener listener = new OutputListener() {
            @Override
            public void stdout(byte[] bytes, int offset, int length) {
                throw failure;
            }

            @Override
            public void stderr(byte[] bytes, int offset, int length) {
                throw failure;
            }
        };

        try (Sandbox sandbox = Runs.open(port())) {
            assertThatThrownBy(() -> sandbox.run(Runs.program("setsid sleep " + sleep + " & yes"), listener))
                    .isSameAs(failure);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> !Runs.isSleeping(sleep));
        Runs.bash(port(), "echo fine").succeeded().wrote("fine\n");
    }

    @Test
    default void open_fiftyAtOnce_doNotMixUp() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Void>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                String name = "number-" + i;
                all.add(threads.submit(() -> {
                    runOneOfMany(name);
                    return null;
                }));
            }
            for (Future<Void> one : all) {
                one.get(150, TimeUnit.SECONDS);
            }
        }
    }

    private void runOneOfMany(String name) throws Exception {
        try (Sandbox sandbox = Runs.open(port())) {
            Runs.put(sandbox, name + ".txt", name);
            SandboxRun run =
                    Runs.run(sandbox, Runs.program("sleep 0.2; cat *.txt; echo \"out of $1\" > \"out-$1\"", name));

            run.succeeded().wrote(name);
            assertThat(Runs.fetch(sandbox, "out-" + name)).isEqualTo("out of " + name + "\n");
            assertThat(sandbox.files()).hasSize(2);
        }
    }
}

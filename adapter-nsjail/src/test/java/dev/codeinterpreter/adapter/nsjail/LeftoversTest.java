package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.adapter.nsjail.RealSandboxes.Run;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.language.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What servers that were killed have left, and what living ones have not. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // set before each test
final class LeftoversTest {

    @TempDir
    private Path temporary;

    private Path base;

    @BeforeEach
    void makeBase() throws IOException {
        base = RealSandboxes.newBaseDirectory();
    }

    @AfterEach
    void base_afterEverything_isEmpty() throws IOException {
        assertThat(base).isEmptyDirectory();
        Files.delete(base);
    }

    /** A run that is stopped is the worse case: nothing in it notices that its server is gone. */
    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void open_serverWasKilledInARun_nothingOfItIsLeft(boolean parked, boolean runIsStopped)
            throws IOException, InterruptedException {
        String sleep = Machine.uniqueSleep();
        int mounts = Machine.mounts();
        String instance;
        try (OtherServer other = OtherServer.running(
                base, parked, "(setsid sleep " + sleep + " &) ; echo ready; sleep " + sleep, output())) {
            instance = onlyInstance();
            assertThat(Machine.cgroupsNamed(instance)).isNotEmpty();
            assertThat(Machine.processesInCgroup(instance)).hasSizeGreaterThanOrEqualTo(3);
            if (runIsStopped) {
                signal("-STOP", Machine.processesInCgroup(instance));
            }
            other.kill();
        }

        NsjailSandboxes.open(RealSandboxes.fresh(base)).close();

        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(Machine.processesNamed(sleep)).isEmpty();
            assertThat(Machine.processesNamed(instance)).isEmpty();
            assertThat(Machine.processesInCgroup(instance)).isEmpty();
        });
        assertThat(Machine.cgroupsNamed(instance)).isEmpty();
        assertThat(Machine.mounts()).isEqualTo(mounts);
    }

    @Test
    void open_otherServerLives_itsRunGoesOn() throws IOException, InterruptedException {
        String sleep = Machine.uniqueSleep();
        try (OtherServer other = OtherServer.running(base, false, "echo ready; sleep " + sleep, output())) {
            String instance = onlyInstance();

            try (NsjailSandboxes sandboxes = NsjailSandboxes.open(RealSandboxes.fresh(base))) {
                assertThat(RealSandboxes.run(sandboxes, Language.BASH, "true")
                                .result()
                                .outcome())
                        .isEqualTo(new Exited(0));
            }

            assertThat(other.isAlive()).isTrue();
            assertThat(Machine.processesNamed(sleep)).isNotEmpty();
            assertThat(base.resolve(instance)).isDirectory();
            assertThat(Machine.cgroupsNamed(instance)).isNotEmpty();
            other.kill();
        }
        NsjailSandboxes.open(RealSandboxes.fresh(base)).close();
    }

    /** A process that closes any descriptor of a file loses its locks on it, which must not happen to those of the first. */
    @Test
    void open_secondOfTheSameProcess_theFirstStillLivesForOtherProcesses() throws IOException, InterruptedException {
        try (NsjailSandboxes first = NsjailSandboxes.open(RealSandboxes.fresh(base));
                NsjailSandboxes second = NsjailSandboxes.open(RealSandboxes.fresh(base))) {
            assertThat(OtherServer.deadOnes(base, output())).isEmpty();
            assertThat(instances()).hasSize(2);
            assertThat(RealSandboxes.run(first, Language.BASH, "echo 1").stdout())
                    .isEqualTo("1\n");
            assertThat(RealSandboxes.run(second, Language.BASH, "echo 2").stdout())
                    .isEqualTo("2\n");
        }
    }

    @Test
    void deadOnes_closedAndUnknownDirectories_areNotTouched() throws IOException {
        Path unknown = Files.createDirectory(base.resolve("something-else"));
        Path beingMade = Files.createDirectory(base.resolve("i-being-made"));
        try (InstanceDirectory living = InstanceDirectory.create(base)) {
            assertThat(living.path()).isDirectory();
            assertThat(InstanceDirectory.deadOnes(base)).isEmpty();
        }

        assertThat(instances()).containsExactly("i-being-made");
        Files.delete(unknown);
        Files.delete(beingMade);
    }

    @Test
    void deadOnes_lockFileThatNobodyHolds_isFound() throws IOException {
        Path dead = Files.createDirectory(base.resolve("i-dead"));
        Files.createFile(dead.resolve("lock"));

        assertThat(InstanceDirectory.deadOnes(base)).containsExactly(dead);
        assertThat(InstanceDirectory.deadOnes(base.resolve("missing"))).isEmpty();

        InstanceDirectory.removeTree(dead);
    }

    @Test
    void close_runStillOpen_leavesNothing() throws IOException {
        String sleep = Machine.uniqueSleep();
        NsjailSandboxes sandboxes = NsjailSandboxes.open(RealSandboxes.fresh(base));
        sandboxes.open(RealSandboxes.spec(Language.BASH, RealSandboxes.LIMITS));
        var running = sandboxes.open(RealSandboxes.spec(Language.BASH, RealSandboxes.LIMITS));
        FutureTask<Run> run =
                new FutureTask<>(() -> RealSandboxes.run(running, RealSandboxes.program("sleep " + sleep)));
        Thread.ofPlatform().name("run-that-is-lost").start(run);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !Machine.processesNamed(sleep).isEmpty());
        String instance = onlyInstance();

        sandboxes.close();

        assertThat(base).isEmptyDirectory();
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(Machine.processesNamed(sleep)).isEmpty();
            assertThat(Machine.cgroupsNamed(instance)).isEmpty();
        });
        assertThat(run)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(SandboxLostException.class);
    }

    private Path output() {
        return temporary.resolve("output");
    }

    private List<String> instances() throws IOException {
        try (Stream<Path> children = Files.list(base)) {
            return children.map(child -> child.getFileName().toString())
                    .filter(name -> name.startsWith("i-"))
                    .toList();
        }
    }

    private String onlyInstance() throws IOException {
        assertThat(instances()).hasSize(1);
        return instances().getFirst();
    }

    private static void signal(String signal, List<Long> processes) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/kill", signal));
        processes.forEach(process -> command.add(Long.toString(process)));
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }
}

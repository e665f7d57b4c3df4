package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.language.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs in great number: none is lost, and nothing grows. */
@Timeout(240)
@SuppressWarnings("NullAway.Init") // set before each test
final class ManyRunsTest {

    /** Cgroups of ten slots, each with one for each of four controllers at the most; far less than one for each run. */
    private static final int SLOTS = 40;

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

    @Test
    void run_manyTimesInFreshJails_nothingGrows() throws IOException {
        assertNothingGrows(RealSandboxes.fresh(base), 400);
    }

    @Test
    void run_manyTimesInParkedRuns_nothingGrows() throws IOException {
        assertNothingGrows(RealSandboxes.parked(base), 1000);
    }

    /** A jail that has served long is replaced while it still has runs; those must not notice. */
    @Test
    void run_manyAtOnceWhileJailsAreReplaced_noneIsLost() throws InterruptedException, ExecutionException {
        PoolSettings shortLived = PoolSettings.DEFAULT
                .withRuns(1, 3)
                .withRecycling(new PoolSettings.Recycling(10, PoolSettings.Recycling.DEFAULT.age()));
        try (NsjailSandboxes sandboxes =
                        NsjailSandboxes.open(RealSandboxes.parked(base).withPool(shortLived));
                ExecutorService executor = Executors.newFixedThreadPool(
                        8, Thread.ofPlatform().name("client-", 0).factory())) {
            List<Future<String>> answers = new ArrayList<>();
            IntStream.range(0, 200)
                    .forEach(i -> answers.add(
                            executor.submit(() -> RealSandboxes.run(sandboxes, Language.BASH, "sleep 0.1; echo " + i)
                                    .stdout())));
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo(i + "\n");
            }
        }
    }

    private static void assertNothingGrows(NsjailSettings settings, int runs) throws IOException {
        try (NsjailSandboxes sandboxes = NsjailSandboxes.open(settings)) {
            run(sandboxes, 50);
            RealSandboxes.awaitParked(sandboxes);
            Usage before = Usage.now(settings.baseDirectory());

            run(sandboxes, runs);

            RealSandboxes.awaitParked(sandboxes);
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                Usage after = Usage.now(settings.baseDirectory());
                assertThat(after.descriptors()).as("descriptors").isLessThanOrEqualTo(before.descriptors() + 8);
                assertThat(after.processes()).as("processes").isLessThanOrEqualTo(before.processes());
                /* a pool makes as many slots as it ever had runs at one time, ending ones included */
                assertThat(after.cgroups()).as("cgroups").isLessThanOrEqualTo(before.cgroups() + SLOTS);
                assertThat(after.files()).as("files").isLessThanOrEqualTo(before.files());
                assertThat(after.mounts()).as("mounts").isEqualTo(before.mounts());
            });
        }
    }

    private static void run(NsjailSandboxes sandboxes, int runs) {
        for (int i = 0; i < runs; i++) {
            assertThat(RealSandboxes.run(sandboxes, Language.BASH, "echo " + i)
                            .result()
                            .outcome())
                    .isEqualTo(new Exited(0));
        }
    }

    private record Usage(int descriptors, long processes, int cgroups, long files, int mounts) {

        static Usage now(Path base) throws IOException {
            String instance;
            try (Stream<Path> children = Files.list(base)) {
                instance = children.findFirst().orElseThrow().getFileName().toString();
            }
            long files;
            try (Stream<Path> all = Files.walk(base.resolve(instance), 1)) {
                files = all.count();
            }
            int cgroups = 0;
            for (Path directory : Machine.cgroupsNamed(instance)) {
                try (Stream<Path> all = Files.walk(directory)) {
                    cgroups += (int) all.filter(Files::isDirectory).count();
                }
            }
            return new Usage(Machine.descriptors(), Machine.descendants(), cgroups, files, Machine.mounts());
        }
    }
}

package dev.codeinterpreter.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A server that is killed while code runs leaves nothing that the next one does not remove. */
final class KillNineIT {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    @Test
    void start_afterKillNineInMidRun_nothingOfTheOldServerIsLeft() throws Exception {
        Path home = RunningServer.newHome();
        Path sandboxes = home.resolve("sandboxes");
        String seconds = Processes.uniqueSeconds(300);
        RunningServer killed = RunningServer.start(home, Map.of());
        var _ = killed.executeLater(Map.of("lang", "bash", "code", "setsid sleep " + seconds + " & sleep " + seconds));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Processes.withArgument(seconds).size() >= 2);
        List<String> instances = names(sandboxes);
        assertThat(instances).isNotEmpty();

        killed.process().destroyForcibly();
        assertThat(killed.process().waitFor(10, TimeUnit.SECONDS)).isTrue();

        try (RunningServer next = RunningServer.start(home, Map.of())) {
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                assertThat(Processes.withArgument(seconds))
                        .as("processes of the run")
                        .isEmpty();
                assertThat(names(sandboxes)).as("directories").doesNotContainAnyElementsOf(instances);
                for (String instance : instances) {
                    assertThat(Processes.mentioning(instance))
                            .as("processes of the server")
                            .isEmpty();
                    assertThat(mounts()).as("mounts").noneMatch(line -> line.contains(instance));
                    assertThat(cgroups(instance)).as("cgroups").isEmpty();
                }
            });
            assertThat(next.execute(Map.of("lang", "bash", "code", "echo works"))
                            .path("stdout")
                            .asString())
                    .isEqualTo("works\n");
        }
    }

    private static List<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo"));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.map(child -> child.getFileName().toString()).toList();
        }
    }

    private static List<Path> cgroups(String instance) throws IOException {
        try (Stream<Path> all = Files.find(
                CGROUPS,
                8,
                (path, attributes) ->
                        attributes.isDirectory() && path.toString().contains(instance))) {
            return all.toList();
        } catch (UncheckedIOException vanishedMeanwhile) {
            return cgroups(instance);
        }
    }
}

package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.sandbox.IsolationLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init") // set before each test
final class IsolationProbeTest {

    private Path base;

    @BeforeEach
    void makeBase() throws IOException {
        base = RealSandboxes.newBaseDirectory();
    }

    @AfterEach
    void removeBase() throws IOException {
        Files.delete(base);
    }

    @Test
    void inspect_onThisMachine_everyLayerOfEveryWayHolds() {
        try (NsjailSandboxes sandboxes = NsjailSandboxes.open(RealSandboxes.parked(base))) {
            RealSandboxes.awaitParked(sandboxes);

            List<IsolationLayer> layers = sandboxes.inspect();

            assertThat(layers).allMatch(IsolationLayer::holds);
            assertThat(layers.stream().map(IsolationLayer::name))
                    .contains(
                            "nsjail: seccomp",
                            "nsjail: memory limit",
                            "nsjail: process limit",
                            "nsjail: disk limit",
                            "nsjail: time limit",
                            "parked launcher: pid namespace",
                            "parked python: capabilities",
                            "parked python-data: net namespace",
                            "parked python-science: user namespace");
        }
    }

    @Test
    void inspect_nothingIsParked_looksAtTheOtherWayOnly() {
        try (NsjailSandboxes sandboxes = NsjailSandboxes.open(RealSandboxes.fresh(base))) {
            assertThat(sandboxes.inspect())
                    .hasSizeGreaterThan(10)
                    .allMatch(IsolationLayer::holds)
                    .allMatch(layer -> layer.name().startsWith("nsjail: "));
        }
    }

    @Test
    void inspect_nsjailThatIsNone_saysThatNoSandboxStarts() {
        NsjailSettings broken = RealSandboxes.fresh(base).withNsjail("/bin/false");
        try (NsjailSandboxes sandboxes = NsjailSandboxes.open(new NsjailSettings(
                broken.nsjail(),
                broken.baseDirectory(),
                broken.home(),
                broken.uid(),
                broken.firstHostUid(),
                Duration.ofSeconds(2),
                broken.limits(),
                broken.pool()))) {
            assertThat(sandboxes.inspect())
                    .filteredOn(layer -> layer.name().equals("nsjail"))
                    .singleElement()
                    .matches(layer -> !layer.holds());
        }
    }
}

package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import dev.codeinterpreter.core.sandbox.SandboxPortContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract of sandboxes, on runs that were parked ahead. */
@SuppressWarnings("NullAway.Init") // set before the first test
final class ParkedSandboxesTest implements SandboxPortContract {

    private static Path base;
    private static NsjailSandboxes sandboxes;

    @BeforeAll
    static void open() throws IOException {
        base = RealSandboxes.newBaseDirectory();
        sandboxes = NsjailSandboxes.open(RealSandboxes.parked(base)
                .withLimits(Limits.DEFAULT.withDiskBytes(64L << 20))); /* those of the contract */
        RealSandboxes.awaitParked(sandboxes);
    }

    @AfterAll
    static void close_afterAllThat_leavesNothing() throws IOException {
        assertThat(sandboxes.pools()).as("most runs came from a pool").anyMatch(pool -> pool.hits() > 20);
        assertThat(sandboxes.pools()).as("every jail lives").allMatch(pool -> pool.jailFailures() == 0);
        sandboxes.close();
        assertThat(base).isEmptyDirectory();
        Files.delete(base);
    }

    @Override
    public SandboxPort port() {
        return sandboxes;
    }
}

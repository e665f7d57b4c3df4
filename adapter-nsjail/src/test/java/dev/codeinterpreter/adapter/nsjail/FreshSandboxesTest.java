package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.sandbox.SandboxPort;
import dev.codeinterpreter.core.sandbox.SandboxPortContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Each run in an nsjail of its own. */
@SuppressWarnings("NullAway.Init") // set before the first test
final class FreshSandboxesTest implements SandboxPortContract {

    private static Path base;
    private static NsjailSandboxes sandboxes;

    @BeforeAll
    static void open() throws IOException {
        base = RealSandboxes.newBaseDirectory();
        sandboxes = NsjailSandboxes.open(RealSandboxes.fresh(base));
    }

    @AfterAll
    static void close_afterAllThat_leavesNothing() throws IOException {
        sandboxes.close();
        assertThat(base).isEmptyDirectory();
        Files.delete(base);
    }

    @Override
    public SandboxPort port() {
        return sandboxes;
    }
}

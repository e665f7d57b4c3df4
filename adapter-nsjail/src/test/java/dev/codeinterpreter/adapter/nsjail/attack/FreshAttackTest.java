package dev.codeinterpreter.adapter.nsjail.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.adapter.nsjail.NsjailSandboxes;
import dev.codeinterpreter.adapter.nsjail.NsjailSettings;
import dev.codeinterpreter.adapter.nsjail.PoolSettings;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Attacks by programs that have an nsjail of their own. */
@SuppressWarnings("NullAway.Init") // set before the first test
final class FreshAttackTest implements AttackContract {

    private static Path base;
    private static NsjailSandboxes sandboxes;

    @BeforeAll
    static void open() throws IOException {
        base = Attacks.newBaseDirectory();
        sandboxes = NsjailSandboxes.open(
                NsjailSettings.defaults().withBaseDirectory(base).withPool(PoolSettings.DISABLED));
    }

    @AfterAll
    static void close_afterAllAttacks_leavesNothing() throws IOException {
        sandboxes.close();
        assertThat(base).isEmptyDirectory();
        Files.delete(base);
    }

    @Override
    public SandboxPort port() {
        return sandboxes;
    }
}

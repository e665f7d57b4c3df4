package dev.codeinterpreter.adapter.nsjail.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.adapter.nsjail.NsjailSandboxes;
import dev.codeinterpreter.adapter.nsjail.NsjailSettings;
import dev.codeinterpreter.adapter.nsjail.PoolSettings;
import dev.codeinterpreter.adapter.nsjail.PoolStatus;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Attacks by programs in runs that were parked ahead, many in one nsjail. */
@SuppressWarnings("NullAway.Init") // set before the first test
final class ParkedAttackTest implements AttackContract {

    /** A runtime that imports its libraries may take long on a busy machine. */
    private static final PoolSettings.Refill PATIENT =
            new PoolSettings.Refill(true, true, Duration.ofSeconds(2), 5, Duration.ofMinutes(2));

    private static Path base;
    private static NsjailSandboxes sandboxes;

    @BeforeAll
    static void open() throws IOException {
        base = Attacks.newBaseDirectory();
        sandboxes = NsjailSandboxes.open(NsjailSettings.defaults()
                .withBaseDirectory(base)
                .withLimits(Attacks.LIMITS)
                .withPool(PoolSettings.DEFAULT.withRefill(PATIENT)));
        await().atMost(Duration.ofMinutes(3))
                .until(() -> sandboxes.pools().stream().allMatch(pool -> pool.ready() >= pool.wanted()));
    }

    @AfterAll
    static void close_afterAllAttacks_leavesNothing() throws IOException {
        List<PoolStatus> pools = sandboxes.pools();
        sandboxes.close();
        assertThat(pools)
                .as("runs came from each pool whose language attacks")
                .filteredOn(
                        pool -> pool.name().equals("launcher") || pool.name().startsWith("python"))
                .hasSize(4)
                .allMatch(pool -> pool.hits() > 0);
        assertThat(pools).as("every jail lives").allMatch(pool -> pool.jailFailures() == 0);
        assertThat(base).isEmptyDirectory();
        Files.delete(base);
    }

    @Override
    public SandboxPort port() {
        return sandboxes;
    }
}

package dev.codeinterpreter.adapter.nsjail;

import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.NetworkPolicy;
import dev.codeinterpreter.core.sandbox.Program;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import dev.codeinterpreter.core.sandbox.RecordingOutput;
import dev.codeinterpreter.core.sandbox.RunResult;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import dev.codeinterpreter.core.sandbox.SandboxSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/** Settings and runs that tests with real sandboxes share. */
final class RealSandboxes {

    /** Enough for every ordinary program on a busy machine. */
    static final Limits LIMITS = Limits.DEFAULT.withWallTime(Duration.ofSeconds(60));

    private RealSandboxes() {}

    /** A new base directory that every user can reach. */
    static Path newBaseDirectory() throws IOException {
        Path base = Files.createTempDirectory(Path.of("/tmp"), "sandboxes");
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
        return base;
    }

    /** Runs parked ahead, as by default. */
    static NsjailSettings parked(Path base) {
        PoolSettings.Refill usual = PoolSettings.Refill.DEFAULT;
        /* imports take long when everything else on the machine is busy too */
        PoolSettings.Refill patient = new PoolSettings.Refill(
                usual.atStart(), usual.atOnce(), usual.interval(), usual.batch(), Duration.ofMinutes(2));
        return NsjailSettings.defaults().withBaseDirectory(base).withPool(PoolSettings.DEFAULT.withRefill(patient));
    }

    /** An nsjail for each run. */
    static NsjailSettings fresh(Path base) {
        return NsjailSettings.defaults().withBaseDirectory(base).withPool(PoolSettings.DISABLED);
    }

    /** Waits until every pool has what it should have. */
    static void awaitParked(NsjailSandboxes sandboxes) {
        await().atMost(Duration.ofMinutes(3))
                .until(() -> sandboxes.pools().stream().allMatch(pool -> pool.ready() >= pool.wanted()));
    }

    static SandboxSpec spec(Language language, Limits limits) {
        return new SandboxSpec(language, limits, NetworkPolicy.NONE);
    }

    static Program program(String source, String... arguments) {
        return new Program(source, List.of(arguments), ProgramInput.empty());
    }

    static Run run(SandboxPort port, Language language, String source) {
        return run(port, language, LIMITS, program(source));
    }

    static Run run(SandboxPort port, Language language, Limits limits, Program program) {
        try (Sandbox sandbox = port.open(new SandboxSpec(language, limits, NetworkPolicy.NONE, program.source()))) {
            return run(sandbox, program);
        }
    }

    static Run run(Sandbox sandbox, Program program) {
        RecordingOutput output = new RecordingOutput();
        RunResult result = sandbox.run(program, output);
        return new Run(result, output.stdout(), output.stderr());
    }

    /** How a run ended and what it wrote. */
    record Run(RunResult result, String stdout, String stderr) {}
}

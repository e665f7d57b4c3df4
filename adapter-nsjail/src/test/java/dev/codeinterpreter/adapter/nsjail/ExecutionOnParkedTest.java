package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.execution.Artifact;
import dev.codeinterpreter.core.execution.ExecutionPort;
import dev.codeinterpreter.core.execution.ExecutionPortContract;
import dev.codeinterpreter.core.execution.ExecutionService;
import dev.codeinterpreter.core.execution.ExecutionSettings;
import dev.codeinterpreter.core.execution.ServicesOnMemory;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The core's services on runs that were parked ahead answer as on scripts in memory. */
@SuppressWarnings("NullAway.Init") // set before the first test
final class ExecutionOnParkedTest implements ExecutionPortContract, SessionsContract {

    private static Path base;
    private static NsjailSandboxes sandboxes;

    private final ServicesOnMemory services = new ServicesOnMemory();
    private final ExecutionService executions = services.executionsOn(sandboxes, ExecutionSettings.DEFAULT);

    @BeforeAll
    static void open() throws IOException {
        base = RealSandboxes.newBaseDirectory();
        sandboxes = NsjailSandboxes.open(RealSandboxes.parked(base));
        RealSandboxes.awaitParked(sandboxes);
    }

    @AfterAll
    static void close() throws IOException {
        sandboxes.close();
        Files.delete(base);
    }

    @Override
    public ExecutionPort executions() {
        return executions;
    }

    @Override
    public SandboxPort sandboxes() {
        return sandboxes;
    }

    @Override
    public FileReference upload(String name, String content) {
        return services.reference(name, content);
    }

    @Override
    public String download(Artifact artifact) {
        return services.download(artifact);
    }
}

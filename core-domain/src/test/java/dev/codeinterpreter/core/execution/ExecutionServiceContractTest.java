package dev.codeinterpreter.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.file.FileReference;
import org.junit.jupiter.api.AfterEach;

final class ExecutionServiceContractTest implements ExecutionPortContract {

    private final ServicesOnMemory services = new ServicesOnMemory();

    @Override
    public ExecutionPort executions() {
        return services.executions;
    }

    @Override
    public FileReference upload(String name, String content) {
        return services.reference(name, content);
    }

    @Override
    public String download(Artifact artifact) {
        return services.download(artifact);
    }

    @AfterEach
    void everySandboxIsClosed() {
        assertThat(services.sandboxes.open()).isZero();
    }
}

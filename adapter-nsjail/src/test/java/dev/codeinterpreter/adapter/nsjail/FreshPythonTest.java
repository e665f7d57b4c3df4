package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.sandbox.SandboxPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

@SuppressWarnings("NullAway.Init") // set before the first test
final class FreshPythonTest implements PythonContract {

    private static Path base;
    private static NsjailSandboxes sandboxes;

    @BeforeAll
    static void open() throws IOException {
        base = RealSandboxes.newBaseDirectory();
        sandboxes = NsjailSandboxes.open(RealSandboxes.fresh(base));
    }

    @AfterAll
    static void close() throws IOException {
        sandboxes.close();
        Files.delete(base);
    }

    @Override
    public SandboxPort port() {
        return sandboxes;
    }
}

package dev.codeinterpreter.cli;

import dev.codeinterpreter.core.sandbox.InMemorySandboxes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The command line over sandboxes in memory, with what it wrote. */
final class CommandLineFixture {
    final InMemorySandboxes sandboxes = new InMemorySandboxes();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private int closed;

    int run(String... arguments) {
        return runWithInput("", arguments);
    }

    int runWithInput(String input, String... arguments) {
        Streams streams = new Streams(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), out, err);
        return CodeInterpreter.run(streams, () -> new SandboxSource.Sandboxes(sandboxes, () -> closed++), arguments);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    byte[] outBytes() {
        return out.toByteArray();
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** How often the sandboxes of this machine were closed. */
    int closed() {
        return closed;
    }
}

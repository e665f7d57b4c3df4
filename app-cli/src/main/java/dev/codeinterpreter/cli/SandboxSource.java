package dev.codeinterpreter.cli;

import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.sandbox.SandboxPort;

/** Where commands get sandboxes from: nsjail in the program, something in memory in tests. */
@FunctionalInterface
interface SandboxSource {
    /**
     * Opens the sandboxes of this machine. The caller closes them.
     *
     * @throws UnavailableException when this machine cannot isolate programs; the message tells what to do
     */
    Sandboxes open();

    /**
     * Opens them as a server does, with runs parked ahead: what a look at the machine has to see, and a single run has no use for.
     *
     * @throws UnavailableException as {@link #open}
     */
    default Sandboxes openAsServer() {
        return open();
    }

    /**
     * Open sandboxes.
     *
     * @param closing ends all of them; called once
     */
    record Sandboxes(SandboxPort port, Runnable closing) implements AutoCloseable {
        @Override
        public void close() {
            closing.run();
        }
    }
}

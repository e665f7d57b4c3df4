package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.execution.Outcome;

/** A program of {@link InMemorySandboxes}. */
@FunctionalInterface
public interface Script {

    /**
     * Does what the program does.
     *
     * @throws InterruptedException when the calling thread was interrupted; the run counts as cancelled then
     */
    Outcome run(ScriptRun run) throws InterruptedException;
}

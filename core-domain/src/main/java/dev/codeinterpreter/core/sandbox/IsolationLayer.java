package dev.codeinterpreter.core.sandbox;

/**
 * One wall of the sandbox, as a probe found it.
 *
 * @param name short and stable: {@code pid namespace}, {@code seccomp}, {@code memory limit}
 * @param holds whether the probe was stopped by it
 * @param detail what was seen, and what to do when it does not hold
 */
public record IsolationLayer(String name, boolean holds, String detail) {}

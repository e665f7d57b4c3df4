package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.id.Identifiers;

/**
 * Identifies one execution, in logs and in answers.
 *
 * @param value 1 to 64 characters of {@code [A-Za-z0-9_.-]}; ours have 21 and no dot
 */
public record ExecutionId(String value) {

    /** @throws dev.codeinterpreter.core.failure.InvalidRequestException field {@code execution_id}, when the characters are not allowed */
    public ExecutionId {
        Identifiers.requireAcceptable("execution_id", value);
    }

    /** A new one that nobody has and nobody guesses. */
    public static ExecutionId random() {
        return new ExecutionId(Identifiers.random());
    }

    @Override
    public String toString() {
        return value;
    }
}

package dev.codeinterpreter.core.session;

import dev.codeinterpreter.core.id.Identifiers;

/**
 * Identifies a session.
 *
 * @param value 1 to 64 characters of {@code [A-Za-z0-9_.-]}; ours have 21 and no dot
 */
public record SessionId(String value) {

    /** @throws dev.codeinterpreter.core.failure.InvalidRequestException field {@code session_id}, when the characters are not allowed */
    public SessionId {
        Identifiers.requireAcceptable("session_id", value);
    }

    /** A new one that nobody has and nobody guesses. */
    public static SessionId random() {
        return new SessionId(Identifiers.random());
    }

    @Override
    public String toString() {
        return value;
    }
}

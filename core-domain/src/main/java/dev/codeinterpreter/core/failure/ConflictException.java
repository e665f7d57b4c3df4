package dev.codeinterpreter.core.failure;

/** The thing is in a state that does not allow this now: a session that is busy, a name that is taken. */
public final class ConflictException extends CodeInterpreterException {

    public ConflictException(String message) {
        super(message, null);
    }
}

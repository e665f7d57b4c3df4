package dev.codeinterpreter.core.failure;

/** The caller did not show who it is, or is not the one who may do this. */
public final class NotAllowedException extends CodeInterpreterException {

    /** Why a caller was refused. */
    public enum Kind {
        /** No key, or none that is known. */
        NOT_AUTHENTICATED,
        /** A known caller, but the thing belongs to somebody else. */
        NOT_THE_OWNER
    }

    private final Kind kind;

    public NotAllowedException(Kind kind, String message) {
        super(message, null);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}

package dev.codeinterpreter.core.failure;

import org.jspecify.annotations.Nullable;

/** A sandbox could not be started, or it ended or broke its protocol before it told how the program ended. */
public final class SandboxLostException extends CodeInterpreterException {

    public SandboxLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    public SandboxLostException(String message) {
        this(message, null);
    }
}

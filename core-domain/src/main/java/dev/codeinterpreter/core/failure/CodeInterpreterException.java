package dev.codeinterpreter.core.failure;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything that can go wrong on the way to a result. Code of a user that fails is not among it: that is an
 * {@link dev.codeinterpreter.core.execution.Outcome}.
 *
 * <p>The family is closed, so that a driving adapter maps it with one exhaustive switch. Messages say what was wrong, which
 * value, and what would be right; they carry neither secrets nor paths of the host, since callers read them.
 */
public abstract sealed class CodeInterpreterException extends RuntimeException
        permits InvalidRequestException,
                NotAllowedException,
                NotFoundException,
                ConflictException,
                TooLargeException,
                QuotaExceededException,
                SandboxLostException,
                UnavailableException {

    CodeInterpreterException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** What happened, in a sentence for the caller. */
    public String reason() {
        String message = getMessage();
        return message == null ? getClass().getSimpleName() : message;
    }
}

package dev.codeinterpreter.cli;

import dev.codeinterpreter.core.failure.CodeInterpreterException;
import dev.codeinterpreter.core.failure.ConflictException;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.NotAllowedException;
import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.QuotaExceededException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;

/** What the process says at its end when it is not the exit code of the program it ran. */
final class ExitStatus {
    static final int OK = 0;
    /** {@code doctor} found that something needed is missing. */
    static final int UNHEALTHY = 1;
    /** A wrong option, an unreadable input, a broken rule. */
    static final int USAGE = 2;
    /** The named thing is not there, or busy. */
    static final int NOT_FOUND = 3;
    /** Not allowed, or not now. */
    static final int NOT_ALLOWED = 4;
    /** The sandbox, a toolchain, or the place to save files did not do its part. */
    static final int UNAVAILABLE = 5;
    /** A bug. */
    static final int INTERNAL = 70;
    /** Whoever read our output closed it: what a shell says for the signal PIPE. */
    static final int BROKEN_PIPE = 141;

    private ExitStatus() {}

    static int of(CodeInterpreterException failure) {
        return switch (failure) {
            case InvalidRequestException _, TooLargeException _ -> USAGE;
            case NotFoundException _, ConflictException _ -> NOT_FOUND;
            case NotAllowedException _, QuotaExceededException _ -> NOT_ALLOWED;
            case SandboxLostException _, UnavailableException _ -> UNAVAILABLE;
        };
    }
}

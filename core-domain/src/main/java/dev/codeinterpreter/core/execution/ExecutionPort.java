package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.QuotaExceededException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;

/** Runs code: the reason this product exists. Safe for use by many threads. */
public interface ExecutionPort {

    /**
     * Runs a program to its end and stores the files it leaves. Blocks the calling thread; an interrupt ends the program, and the
     * result says {@code Cancelled}.
     *
     * @param output gets stdout and stderr as they come, whole; the result keeps their beginnings
     * @throws InvalidRequestException when a mounted name is not possible, such as a file below another file
     * @throws TooLargeException when the files to mount do not fit into the working directory
     * @throws QuotaExceededException when too many executions run and wait already
     * @throws SandboxLostException when the sandbox could not be started or broke
     * @throws UnavailableException when a toolchain is missing, or a store did not answer before the program ran
     */
    ExecutionResult execute(ExecutionRequest request, OutputListener output);

    /** The same for a caller that needs the output at the end only. */
    default ExecutionResult execute(ExecutionRequest request) {
        return execute(request, OutputListener.NONE);
    }
}

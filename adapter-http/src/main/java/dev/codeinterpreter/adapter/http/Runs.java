package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.execution.ExecutionPort;
import dev.codeinterpreter.core.execution.ExecutionRequest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** The executions that requests wait for: owner of their threads. Safe for use by many threads. */
final class Runs {

    private final ExecutionPort executions;
    private final Set<Run> running = ConcurrentHashMap.newKeySet();

    Runs(ExecutionPort executions) {
        this.executions = executions;
    }

    /** Starts an execution on a thread that is named after {@code requestId}. */
    Run start(String requestId, ExecutionRequest request) {
        AtomicReference<Run> self = new AtomicReference<>();
        Run run = Run.of("execution-" + requestId, executions, request, () -> running.remove(self.get()));
        self.set(run);
        running.add(run);
        run.start();
        return run;
    }

    /** Asks all of them to end. */
    void cancelAll() {
        running.forEach(Run::cancel);
    }
}

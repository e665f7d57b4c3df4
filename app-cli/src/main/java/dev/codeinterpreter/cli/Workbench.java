package dev.codeinterpreter.cli;

import dev.codeinterpreter.adapter.local.LocalStorage;
import dev.codeinterpreter.core.execution.ExecutionPort;
import dev.codeinterpreter.core.execution.ExecutionService;
import dev.codeinterpreter.core.execution.ExecutionSettings;
import dev.codeinterpreter.core.file.FileService;
import dev.codeinterpreter.core.file.FileSettings;
import dev.codeinterpreter.core.session.SessionService;
import java.time.Clock;
import java.time.Duration;

/** What one run on the command line needs: sandboxes, a storage that lasts as long as the process, the services over them. */
final class Workbench implements AutoCloseable {
    private static final Duration SESSION_LIFE = Duration.ofDays(7);

    private final SandboxSource.Sandboxes sandboxes;
    private final LocalStorage storage;
    private final SessionService sessions;
    private final FileService files;
    private final ExecutionPort executions;

    private Workbench(
            SandboxSource.Sandboxes sandboxes, LocalStorage storage, ExecutionSettings execution, FileSettings limits) {
        Clock clock = Clock.systemUTC();
        this.sandboxes = sandboxes;
        this.storage = storage;
        this.sessions = new SessionService(storage.sessions(), SESSION_LIFE, clock);
        this.files = new FileService(storage.sessions(), sessions, storage.files(), limits, clock);
        this.executions = new ExecutionService(sandboxes.port(), sessions, files, execution, clock);
    }

    static Workbench open(SandboxSource source, ExecutionSettings execution, FileSettings limits) {
        SandboxSource.Sandboxes sandboxes = source.open();
        try {
            return new Workbench(sandboxes, LocalStorage.temporary(), execution, limits);
        } catch (RuntimeException failure) {
            sandboxes.close();
            throw failure;
        }
    }

    SessionService sessions() {
        return sessions;
    }

    FileService files() {
        return files;
    }

    ExecutionPort executions() {
        return executions;
    }

    @Override
    public void close() {
        try (sandboxes) {
            storage.close();
        }
    }
}

package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.clock.HandMovedClock;
import dev.codeinterpreter.core.file.BreakableFileStore;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.file.FileService;
import dev.codeinterpreter.core.file.FileSettings;
import dev.codeinterpreter.core.file.InMemoryFileStore;
import dev.codeinterpreter.core.file.NewFile;
import dev.codeinterpreter.core.file.StoredContent;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.sandbox.InMemorySandboxes;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import dev.codeinterpreter.core.session.BreakableSessions;
import dev.codeinterpreter.core.session.InMemorySessions;
import dev.codeinterpreter.core.session.InProcessSessionLocks;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionService;
import dev.codeinterpreter.core.state.BreakableStates;
import dev.codeinterpreter.core.state.InMemoryStates;
import dev.codeinterpreter.core.state.StateService;
import dev.codeinterpreter.core.state.StateSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** All services of the core on ports in memory, with a clock that a test moves. For tests of what drives them, too. */
public final class ServicesOnMemory {

    public final HandMovedClock clock = new HandMovedClock();
    public final InMemorySandboxes sandboxes = ContractScripts.addTo(new InMemorySandboxes());
    public final BreakableSessions sessionPort = new BreakableSessions(new InMemorySessions());
    public final BreakableFileStore store = new BreakableFileStore(new InMemoryFileStore());
    public final SessionService sessions = new SessionService(sessionPort, Duration.ofHours(24), clock);
    public final BreakableStates statePort = new BreakableStates(new InMemoryStates(128 << 20, clock));
    public final FileService files;
    public final StateService states;
    public final ExecutionService executions;

    public ServicesOnMemory(
            ExecutionSettings executionSettings, FileSettings fileSettings, StateSettings stateSettings) {
        this.files = new FileService(sessionPort, sessions, store, fileSettings, clock);
        this.states = new StateService(statePort, store, new InProcessSessionLocks(16), stateSettings, clock);
        this.executions = executionsOn(sandboxes, executionSettings);
    }

    public ServicesOnMemory(ExecutionSettings executionSettings, FileSettings fileSettings) {
        this(executionSettings, fileSettings, StateSettings.DEFAULT);
    }

    /** Executions that share everything with {@link #executions} but the sandboxes. */
    public ExecutionService executionsOn(SandboxPort others, ExecutionSettings settings) {
        return new ExecutionService(others, sessions, files, states, settings, clock);
    }

    /** With the settings of a fresh machine. */
    public ServicesOnMemory() {
        this(ExecutionSettings.DEFAULT, FileSettings.DEFAULT);
    }

    /** Stores a file in a new session of {@link Caller#LOCAL}. */
    public StoredFile upload(String name, String content) {
        return upload(sessions.create(Caller.LOCAL, Optional.empty()), NewFile.named(new FileName(name)), content);
    }

    /** Stores a file in a session. */
    public StoredFile upload(Session session, NewFile file, String content) {
        try {
            return files.upload(session, file, new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of a file of {@link Caller#LOCAL}. */
    public String download(Artifact artifact) {
        try (StoredContent content = files.open(Caller.LOCAL, artifact.session(), artifact.id())) {
            return new String(content.content().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A reference to a file of a new session. */
    public FileReference reference(String name, String content) {
        return FileReference.to(upload(name, content));
    }
}

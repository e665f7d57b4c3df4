package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.execution.Outcome.Cancelled;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.file.FileService;
import dev.codeinterpreter.core.file.MountList;
import dev.codeinterpreter.core.file.MountedFile;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.NetworkPolicy;
import dev.codeinterpreter.core.sandbox.RunResult;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import dev.codeinterpreter.core.sandbox.SandboxSpec;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.session.SessionService;
import dev.codeinterpreter.core.state.StateService;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Runs code from request to answer: finds the session, waits for a place, mounts the files, runs the program in a sandbox of its
 * own and stores what it left, files and variables. What fails before the program ran is thrown; what fails afterwards is told in the result, next to the output.
 */
public final class ExecutionService implements ExecutionPort {

    private final SandboxPort sandboxes;
    private final SessionService sessions;
    private final FileService files;
    private final Optional<StateService> states;
    private final ExecutionSettings settings;
    private final Admission admission;

    /** A service that keeps files between executions of a session, but no variables. */
    public ExecutionService(
            SandboxPort sandboxes,
            SessionService sessions,
            FileService files,
            ExecutionSettings settings,
            Clock clock) {
        this(sandboxes, sessions, files, Optional.empty(), settings, clock);
    }

    /** A service that keeps files and the variables of Python. */
    public ExecutionService(
            SandboxPort sandboxes,
            SessionService sessions,
            FileService files,
            StateService states,
            ExecutionSettings settings,
            Clock clock) {
        this(sandboxes, sessions, files, Optional.of(states), settings, clock);
    }

    private ExecutionService(
            SandboxPort sandboxes,
            SessionService sessions,
            FileService files,
            Optional<StateService> states,
            ExecutionSettings settings,
            Clock clock) {
        this.sandboxes = sandboxes;
        this.sessions = sessions;
        this.files = files;
        this.states = states.filter(service -> service.settings().enabled());
        this.settings = settings;
        this.admission = new Admission(
                settings.concurrentExecutions(), settings.queuedExecutions(), settings.queueTimeout(), clock);
    }

    /** How many executions are running now. */
    public int running() {
        return admission.running();
    }

    /** How many executions are waiting for their turn now. */
    public int waiting() {
        return admission.waiting();
    }

    @Override
    public ExecutionResult execute(ExecutionRequest request, OutputListener output) {
        if (states.isPresent() && request.language() == Language.PYTHON) {
            return executeInTurn(request, output, states.get());
        }
        try (Admission.Permit _ = admission.enter()) {
            return executeAdmitted(request, output, SessionMemory.none(resolve(request)));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return cancelledInTheQueue(request);
        }
    }

    /** Those that wait for their session do so before they take a place that others could have. */
    private ExecutionResult executeInTurn(ExecutionRequest request, OutputListener output, StateService service) {
        try (SessionMemory memory = SessionMemory.of(service, resolve(request));
                Admission.Permit _ = admission.enter()) {
            return executeAdmitted(request, output, memory);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return cancelledInTheQueue(request);
        }
    }

    private Optional<Session> resolve(ExecutionRequest request) {
        return sessions.resolve(request.caller(), request.session(), request.files());
    }

    private ExecutionResult executeAdmitted(ExecutionRequest request, OutputListener output, SessionMemory memory) {
        Optional<Session> continued = memory.session();
        MountList mounts = files.mountList(request.caller(), request.files(), continued);
        memory.load();
        try (Sandbox sandbox = sandboxes.open(specOf(request, memory.packages()))) {
            List<FileReference> skipped = new ArrayList<>(mounts.skipped());
            List<MountedFile> mounted = put(mounts.files(), sandbox, skipped);
            Session session = continued.orElseGet(() -> sessions.create(request.caller(), request.entity()));
            OutputCapture capture = new OutputCapture(output, settings.capturedBytes());
            RunResult run = sandbox.run(memory.with(request.program()), capture);
            memory.store(session.id(), sandbox, run.outcome());
            CollectedFiles collected = run.outcome() instanceof Cancelled
                    ? CollectedFiles.NONE
                    : new FileCollection(files, session, mounts.held(), sandbox, mounted).collect();
            List<String> notices = new ArrayList<>();
            OutcomeText.of(run.outcome(), run.phase()).ifPresent(notices::add);
            notices.addAll(memory.notices());
            notices.addAll(collected.notices());
            return new ExecutionResult(
                    ExecutionId.random(),
                    session.id(),
                    run.outcome(),
                    run.phase(),
                    capture.stdout(),
                    capture.stderr(),
                    collected.files(),
                    collected.deleted(),
                    collected.report(),
                    skipped,
                    memory.dropped(),
                    notices,
                    run.usage());
        }
    }

    /**
     * Puts the inputs into the sandbox.
     *
     * @param skipped gets those whose bytes are gone
     * @return the others
     */
    private List<MountedFile> put(List<MountedFile> inputs, Sandbox sandbox, List<FileReference> skipped) {
        List<MountedFile> mounted = new ArrayList<>();
        for (MountedFile input : inputs) {
            Optional<InputStream> opened = files.content(input.stored());
            if (opened.isEmpty()) {
                skipped.add(input.origin());
                continue;
            }
            try (InputStream content = opened.get()) {
                sandbox.put(input.name(), input.stored().size(), input.stored().readOnly(), content);
            } catch (IOException unreadable) {
                throw new UnavailableException(
                        "file store", "The file store did not give all bytes of '" + input.name() + "'", unreadable);
            }
            mounted.add(input);
        }
        return mounted;
    }

    /** @param packages that the variables of the session need, as if the program imported them */
    private SandboxSpec specOf(ExecutionRequest request, List<String> packages) {
        String source = request.program().source();
        Language language = request.language();
        Limits limits = settings.limits();
        Duration wallTime = request.timeLimit()
                .filter(wanted -> wanted.compareTo(settings.maximumWallTime()) < 0)
                .orElse(settings.maximumWallTime());
        long memory = Math.round(limits.memoryBytes() * language.memoryFactor());
        long compileMillis = Math.round(limits.compileTime().toMillis() * language.timeFactor());
        return new SandboxSpec(
                language,
                limits.withWallTime(wallTime)
                        .withCompileTime(Duration.ofMillis(compileMillis))
                        .withMemoryBytes(Math.min(memory, request.memoryBytes().orElse(memory))),
                NetworkPolicy.NONE,
                packages.isEmpty() ? source : source + "\nimport " + String.join(", ", packages),
                request.caller().owner());
    }

    /** Nothing was stored, so the session is one that does not exist, unless the caller named one. */
    private static ExecutionResult cancelledInTheQueue(ExecutionRequest request) {
        Outcome outcome = new Cancelled();
        return new ExecutionResult(
                ExecutionId.random(),
                request.session().orElseGet(SessionId::random),
                outcome,
                Phase.RUN,
                CapturedOutput.EMPTY,
                CapturedOutput.EMPTY,
                List.of(),
                List.of(),
                ArtifactReport.EMPTY,
                List.of(),
                OutcomeText.of(outcome, Phase.RUN).stream().toList(),
                new Usage(Duration.ZERO, Optional.empty(), OptionalLong.empty()));
    }
}

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
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Runs code from request to answer: waits for a place, mounts the files, runs the program in a sandbox of its own and stores what
 * it left. What fails before the program ran is thrown; what fails afterwards is told in the result, next to the output.
 */
public final class ExecutionService implements ExecutionPort {

    private final SandboxPort sandboxes;
    private final SessionService sessions;
    private final FileService files;
    private final ExecutionSettings settings;
    private final Admission admission;

    public ExecutionService(
            SandboxPort sandboxes,
            SessionService sessions,
            FileService files,
            ExecutionSettings settings,
            Clock clock) {
        this.sandboxes = sandboxes;
        this.sessions = sessions;
        this.files = files;
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
        Admission.Permit permit;
        try {
            permit = admission.enter();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return cancelledInTheQueue(request);
        }
        try (permit) {
            return executeAdmitted(request, output);
        }
    }

    private ExecutionResult executeAdmitted(ExecutionRequest request, OutputListener output) {
        Optional<Session> continued = request.session().flatMap(id -> sessions.find(request.caller(), id));
        MountList mounts = files.mountList(request.caller(), request.files(), continued);
        try (Sandbox sandbox = sandboxes.open(specOf(request))) {
            List<FileReference> skipped = new ArrayList<>(mounts.skipped());
            List<MountedFile> mounted = put(mounts.files(), sandbox, skipped);
            Session session = continued.orElseGet(() -> sessions.create(request.caller(), request.entity()));
            OutputCapture capture = new OutputCapture(output, settings.capturedBytes());
            RunResult run = sandbox.run(request.program(), capture);
            CollectedFiles collected = run.outcome() instanceof Cancelled
                    ? CollectedFiles.NONE
                    : new FileCollection(files, session, mounts.held(), sandbox, mounted).collect();
            List<String> notices = new ArrayList<>();
            OutcomeText.of(run.outcome(), run.phase()).ifPresent(notices::add);
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

    private SandboxSpec specOf(ExecutionRequest request) {
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
                request.program().source(),
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

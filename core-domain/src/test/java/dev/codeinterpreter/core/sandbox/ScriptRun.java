package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.execution.OutputListener;
import dev.codeinterpreter.core.execution.Phase;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.sandbox.InMemorySandboxes.InMemorySandbox;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What a {@link Script} can see and do while it runs. For the thread of the run. */
public final class ScriptRun {

    private final InMemorySandbox sandbox;
    private final Program program;
    private final OutputListener output;

    /** In which phase the run ends. */
    Phase phase = Phase.RUN;

    ScriptRun(InMemorySandbox sandbox, Program program, OutputListener output) {
        this.sandbox = sandbox;
        this.program = program;
        this.output = output;
    }

    public Program program() {
        return program;
    }

    /** What this run may use. */
    public Limits limits() {
        return sandbox.limits();
    }

    public void stdout(String text) {
        stdout(text.getBytes(StandardCharsets.UTF_8));
    }

    public void stdout(byte[] bytes) {
        output.stdout(bytes, 0, bytes.length);
    }

    public void stderr(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        output.stderr(bytes, 0, bytes.length);
    }

    /** The content of a file of the working directory; empty when there is none. */
    public Optional<String> read(String name) {
        return sandbox.find(new FileName(name)).map(entry -> new String(entry.content(), StandardCharsets.UTF_8));
    }

    /** Makes or replaces a file, even a read-only one: these sandboxes have no walls. */
    public void write(String name, String content) {
        write(name, content.getBytes(StandardCharsets.UTF_8));
    }

    public void write(String name, byte[] content) {
        sandbox.change(new FileName(name), content.clone());
    }

    /** Removes a file; none there is fine. */
    public void delete(String name) {
        sandbox.remove(new FileName(name));
    }

    /** Whether a file was put as read-only. */
    public boolean isReadOnly(String name) {
        return sandbox.find(new FileName(name))
                .filter(InMemorySandboxes.Entry::readOnly)
                .isPresent();
    }

    /** Lets the run end in the compile phase. */
    public void endInCompilePhase() {
        phase = Phase.COMPILE;
    }

    /** Lets the sandbox break as soon as {@code fetches} more files were fetched; 0 means that not even a listing is had. */
    public void breakSandboxAfter(int fetches) {
        sandbox.fetchesLeft = fetches;
    }

    /** Lets listings tell another size than the file has, as if something had gone on writing. */
    public void showSize(String name, long size) {
        sandbox.shownSizes.put(new FileName(name), size);
    }

    /** What the program before of the session left; empty when it left nothing or this run has no memory. */
    public Optional<String> remembered() {
        return program.state()
                .flatMap(StateExchange::previous)
                .map(snapshot -> new String(snapshot.bytes(), StandardCharsets.UTF_8));
    }

    /** Leaves something for the next program of the session, when there is to be one. */
    public void remember(String text) {
        report(new CapturedState.Kept("text/1; packages=numpy", text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Lets the sandbox say this of the memory of the session. */
    public void report(CapturedState captured) {
        report(new StateReport(captured, List.of(), List.of()));
    }

    /** Lets the sandbox say this of the memory of the session. */
    public void report(StateReport report) {
        if (program.state().isPresent()) {
            sandbox.state = report;
        }
    }

    /** Waits until the run is cancelled or its thread interrupted. */
    public Outcome awaitCancel() throws InterruptedException {
        sandbox.cancelled.await();
        return new Outcome.Cancelled();
    }
}

package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.session.SessionId;
import java.util.List;

/**
 * The answer to an {@link ExecutionRequest}, whatever the program did.
 *
 * @param session under which new files of this execution are stored, and which a further request may continue
 * @param phase in which phase the run ended; {@code COMPILE} means that the program itself never ran
 * @param stdout byte-exact what the program wrote, as far as it was kept
 * @param stderr likewise, without our own words
 * @param files new and changed ones first, by name, then unchanged inputs
 * @param deletedFiles inputs that the program removed
 * @param skippedInputs files that were named but not mounted: missing, expired or somebody else's; for a log, not for the reader
 * @param droppedVariables names of the program whose values cannot be kept for the next one of the session, such as open files;
 *     chosen by the program; for a developer, not for the reader
 * @param notices our own words on what the reader has to know: why the run was ended, what could not be stored; empty for a
 *     run that ended by itself
 */
public record ExecutionResult(
        ExecutionId id,
        SessionId session,
        Outcome outcome,
        Phase phase,
        CapturedOutput stdout,
        CapturedOutput stderr,
        List<Artifact> files,
        List<FileName> deletedFiles,
        ArtifactReport artifactReport,
        List<FileReference> skippedInputs,
        List<String> droppedVariables,
        List<String> notices,
        Usage usage) {

    public ExecutionResult {
        droppedVariables = List.copyOf(droppedVariables);
        files = List.copyOf(files);
        deletedFiles = List.copyOf(deletedFiles);
        skippedInputs = List.copyOf(skippedInputs);
        notices = List.copyOf(notices);
    }

    /** The result of an execution that keeps no variables. */
    public ExecutionResult(
            ExecutionId id,
            SessionId session,
            Outcome outcome,
            Phase phase,
            CapturedOutput stdout,
            CapturedOutput stderr,
            List<Artifact> files,
            List<FileName> deletedFiles,
            ArtifactReport artifactReport,
            List<FileReference> skippedInputs,
            List<String> notices,
            Usage usage) {
        this(
                id,
                session,
                outcome,
                phase,
                stdout,
                stderr,
                files,
                deletedFiles,
                artifactReport,
                skippedInputs,
                List.of(),
                notices,
                usage);
    }

    /** {@link #stderr} followed by the notices, a line each: what a caller without a place for notices shows. */
    public String stderrWithNotices() {
        if (notices.isEmpty()) {
            return stderr.text();
        }
        String program = stderr.text();
        String separator = program.isEmpty() || program.endsWith("\n") ? "" : "\n";
        return program + separator + String.join("\n", notices) + "\n";
    }
}

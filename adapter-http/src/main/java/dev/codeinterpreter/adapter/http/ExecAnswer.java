package dev.codeinterpreter.adapter.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.codeinterpreter.core.execution.Artifact;
import dev.codeinterpreter.core.execution.ArtifactReport;
import dev.codeinterpreter.core.execution.ExecutionResult;
import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.file.FileScope;
import dev.codeinterpreter.core.session.SessionId;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The body of an answer to {@code POST /exec}.
 *
 * @param sessionId under which new files of this run are stored
 * @param stdout byte for byte what the program wrote
 * @param stderr what the program wrote, followed by what we have to say; empty for a clean run
 * @param deletedFiles inputs that the program removed
 * @param artifactDelivery how many new files could not be stored; absent when all could
 * @param artifactTruncation which files were left out because of a limit; absent when none was
 * @param status {@code TO}, {@code OL} or {@code SG}; absent when the program ended by itself with its output whole
 * @param message the constant that clients know for the status
 * @param code exit code; absent when the program did not exit by itself
 * @param signal name of the signal that ended it
 */
record ExecAnswer(
        String sessionId,
        String stdout,
        String stderr,
        List<File> files,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> deletedFiles,
        Optional<Delivery> artifactDelivery,
        Optional<Truncation> artifactTruncation,
        Optional<String> status,
        Optional<String> message,
        Optional<Integer> code,
        Optional<String> signal) {

    private static final String OUTPUT_LIMIT = "OL";
    private static final String OUTPUT_LIMIT_MESSAGE = "stdout length exceeded";
    private static final int MOST_SKIPPED = 20;

    /** An answer for a run whose result was lost after the status line had gone out. */
    static ExecAnswer lost(SessionId session, String reason) {
        return new ExecAnswer(
                session.value(),
                "",
                reason + "\n",
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    static ExecAnswer of(ExecutionResult result) {
        Ending ending = Ending.of(result.outcome());
        if (ending.status().isEmpty() && result.stdout().isTruncated()) {
            ending = ending.withStatus(OUTPUT_LIMIT, OUTPUT_LIMIT_MESSAGE);
        }
        return new ExecAnswer(
                result.session().value(),
                result.stdout().text(),
                result.stderrWithNotices(),
                result.files().stream().map(File::of).toList(),
                result.deletedFiles().stream().map(FileName::value).toList(),
                Delivery.of(result.artifactReport()),
                Truncation.of(result.artifactReport()),
                ending.status(),
                ending.message(),
                ending.code(),
                ending.signal());
    }

    /**
     * A file that is there after the run.
     *
     * @param storageSessionId where the bytes are; {@code sessionId} says the same for clients that know only that
     * @param inherited true for an input that is still what it was
     * @param modifiedFrom the input this was before
     */
    record File(
            String id,
            String name,
            String storageSessionId,
            String sessionId,
            Optional<Boolean> inherited,
            Optional<Origin> modifiedFrom,
            Optional<String> kind,
            Optional<String> resourceId,
            Optional<Object> version,
            Optional<String> entityId) {

        private static final Pattern INTEGER = Pattern.compile("[0-9]{1,9}");

        private static File of(Artifact artifact) {
            boolean inherited = artifact.change() == Artifact.Change.INHERITED;
            FileScope scope =
                    inherited ? artifact.origin().map(FileReference::scope).orElse(FileScope.NONE) : FileScope.NONE;
            Optional<Origin> origin = artifact.change() == Artifact.Change.MODIFIED
                    ? artifact.origin().map(Origin::of)
                    : Optional.empty();
            return new File(
                    artifact.id().value(),
                    artifact.name().value(),
                    artifact.session().value(),
                    artifact.session().value(),
                    inherited ? Optional.of(true) : Optional.empty(),
                    origin,
                    scope.kind(),
                    scope.resourceId(),
                    scope.version().map(File::numberWhereItIsOne),
                    scope.entityId());
        }

        private static Object numberWhereItIsOne(String version) {
            return INTEGER.matcher(version).matches() ? Integer.valueOf(version) : version;
        }
    }

    /** The input that a changed file was before. */
    record Origin(String id, String storageSessionId) {
        private static Origin of(FileReference reference) {
            return new Origin(reference.file().value(), reference.session().value());
        }
    }

    /**
     * That files were lost. Clients check that {@code attempted = delivered + failed}, that {@code failed} is positive, and that
     * the status is {@code failed} exactly when nothing was delivered.
     */
    record Delivery(String code, String status, int attempted, int delivered, int failed) {
        private static Optional<Delivery> of(ArtifactReport report) {
            int failed = report.failed().size();
            int delivered = report.delivered();
            return failed == 0
                    ? Optional.empty()
                    : Optional.of(new Delivery(
                            "artifact_delivery_failed",
                            delivered == 0 ? "failed" : "partial",
                            delivered + failed,
                            delivered,
                            failed));
        }
    }

    /** That files were left out, the first of them by name. */
    record Truncation(List<String> reasons, int skippedCount, List<Skipped> skipped) {
        private static Optional<Truncation> of(ArtifactReport report) {
            if (report.skipped().isEmpty()) {
                return Optional.empty();
            }
            List<Skipped> all = report.skipped().stream().map(Skipped::of).toList();
            return Optional.of(new Truncation(
                    all.stream().map(Skipped::reason).distinct().toList(),
                    all.size(),
                    all.subList(0, Math.min(all.size(), MOST_SKIPPED))));
        }
    }

    /** A file that was left out. */
    record Skipped(String name, String reason) {
        private static Skipped of(ArtifactReport.Skipped skipped) {
            return new Skipped(
                    skipped.name().value(),
                    switch (skipped.reason()) {
                        case TOO_LARGE -> "file_too_large";
                        case TOO_MANY -> "too_many_files";
                    });
        }
    }

    /** What the members after the files say about the end of a run. */
    private record Ending(
            Optional<String> status, Optional<String> message, Optional<Integer> code, Optional<String> signal) {

        private static Ending of(Outcome outcome) {
            return switch (outcome) {
                case Outcome.Exited exited -> exit(Optional.of(exited.code()));
                case Outcome.TimedOut _ -> killed("TO", "Time limit exceeded", 9);
                case Outcome.MemoryExceeded _ -> killed("SG", "Out of memory", 9);
                case Outcome.OutputExceeded _ -> killed(OUTPUT_LIMIT, OUTPUT_LIMIT_MESSAGE, 9);
                case Outcome.Signalled signalled ->
                    killed("SG", "Ended by " + SignalNames.of(signalled.signal()), signalled.signal());
                case Outcome.ProcessesExceeded exceeded ->
                    exit(exceeded.exitCode().stream().boxed().findFirst());
                case Outcome.DiskExceeded exceeded ->
                    exit(exceeded.exitCode().stream().boxed().findFirst());
                case Outcome.Cancelled _ -> killed("SG", "Cancelled", 9);
            };
        }

        private static Ending exit(Optional<Integer> code) {
            return new Ending(Optional.empty(), Optional.empty(), code, Optional.empty());
        }

        private static Ending killed(String status, String message, int signal) {
            return new Ending(
                    Optional.of(status), Optional.of(message), Optional.empty(), Optional.of(SignalNames.of(signal)));
        }

        private Ending withStatus(String newStatus, String newMessage) {
            return new Ending(Optional.of(newStatus), Optional.of(newMessage), code, signal);
        }
    }
}

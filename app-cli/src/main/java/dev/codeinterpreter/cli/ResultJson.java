package dev.codeinterpreter.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.codeinterpreter.core.execution.Artifact;
import dev.codeinterpreter.core.execution.ExecutionResult;
import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.language.Language;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The result of a run as {@code run --json} prints it.
 *
 * @param reason one word: {@code exited}, {@code signalled}, {@code time}, {@code memory}, {@code processes}, {@code disk},
 *     {@code output}, {@code cancelled}
 * @param exitCode what a shell would say; also the exit code of the command
 * @param phase {@code compile} or {@code run}
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record ResultJson(
        String id,
        String language,
        String reason,
        int exitCode,
        String phase,
        String stdout,
        long stdoutDroppedBytes,
        String stderr,
        long stderrDroppedBytes,
        List<FileJson> files,
        List<String> deletedFiles,
        List<String> notices,
        long wallMillis,
        Optional<Long> cpuMillis,
        OptionalLong peakMemoryBytes) {

    /**
     * A file after the run.
     *
     * @param change {@code generated}, {@code modified} or {@code inherited}
     */
    record FileJson(String name, long size, String change) {
        static FileJson of(Artifact artifact) {
            return new FileJson(artifact.name().value(), artifact.size(), lowerCase(artifact.change()));
        }
    }

    static ResultJson of(Language language, ExecutionResult result) {
        return new ResultJson(
                result.id().value(),
                language.code(),
                reason(result.outcome()),
                result.outcome().shellStatus(),
                lowerCase(result.phase()),
                result.stdout().text(),
                result.stdout().droppedBytes(),
                result.stderr().text(),
                result.stderr().droppedBytes(),
                result.files().stream().map(FileJson::of).toList(),
                result.deletedFiles().stream().map(FileName::value).toList(),
                result.notices(),
                result.usage().wallTime().toMillis(),
                result.usage().cpuTime().map(Duration::toMillis),
                result.usage().peakMemoryBytes());
    }

    void printTo(PrintWriter out) {
        Json.print(this, out);
    }

    private static String reason(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Exited _ -> "exited";
            case Outcome.Signalled _ -> "signalled";
            case Outcome.TimedOut _ -> "time";
            case Outcome.MemoryExceeded _ -> "memory";
            case Outcome.ProcessesExceeded _ -> "processes";
            case Outcome.DiskExceeded _ -> "disk";
            case Outcome.OutputExceeded _ -> "output";
            case Outcome.Cancelled _ -> "cancelled";
        };
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}

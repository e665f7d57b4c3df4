package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.file.FileName;
import java.util.List;

/**
 * What became of the files a program left.
 *
 * @param delivered how many new or changed files were stored
 * @param failed those that could not be stored
 * @param skipped those that were left out because of a limit
 */
public record ArtifactReport(int delivered, List<FileName> failed, List<Skipped> skipped) {

    public ArtifactReport {
        failed = List.copyOf(failed);
        skipped = List.copyOf(skipped);
    }

    /** Nothing was left by the program, nothing went wrong. */
    public static final ArtifactReport EMPTY = new ArtifactReport(0, List.of(), List.of());

    /** A file that was left out. */
    public record Skipped(FileName name, Reason reason) {}

    /** Why a file was left out. */
    public enum Reason {
        /** Larger than one file may be. */
        TOO_LARGE,
        /** More files than an execution may give back. */
        TOO_MANY
    }
}

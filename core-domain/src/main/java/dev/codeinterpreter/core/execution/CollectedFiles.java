package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.file.FileName;
import java.util.List;

/** What an execution says about files. */
record CollectedFiles(List<Artifact> files, List<FileName> deleted, ArtifactReport report, List<String> notices) {

    static final CollectedFiles NONE = new CollectedFiles(List.of(), List.of(), ArtifactReport.EMPTY, List.of());

    CollectedFiles {
        files = List.copyOf(files);
        deleted = List.copyOf(deleted);
        notices = List.copyOf(notices);
    }
}

package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.file.FileName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides which files of the working directory are results of a program: all but caches of packages and what is hidden. An input
 * always is, and beside an input in a hidden directory others are, too.
 */
final class OutputRules {

    private static final Set<String> CACHES = Set.of("node_modules", "__pycache__", ".venv", "venv");

    private final Set<FileName> inputs;
    private final Set<String> directoriesOfInputs = new HashSet<>();

    OutputRules(Set<FileName> inputs) {
        this.inputs = Set.copyOf(inputs);
        for (FileName input : inputs) {
            String path = input.value();
            for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
                directoriesOfInputs.add(path.substring(0, slash));
            }
        }
    }

    boolean isResult(FileName name) {
        if (inputs.contains(name)) {
            return true;
        }
        List<String> segments = name.segments();
        StringBuilder directory = new StringBuilder();
        for (String segment : segments.subList(0, segments.size() - 1)) {
            directory.append(directory.isEmpty() ? "" : "/").append(segment);
            if (CACHES.contains(segment)
                    || (isHidden(segment) && !directoriesOfInputs.contains(directory.toString()))) {
                return false;
            }
        }
        return !isHidden(name.lastSegment());
    }

    private static boolean isHidden(String segment) {
        return segment.startsWith(".");
    }
}

package dev.codeinterpreter.server;

import java.util.List;

/** The settings do not allow a start. Carries all that is wrong with them, so that one look is enough. */
final class SettingsException extends RuntimeException {
    private final List<String> problems;

    /** @param problems at least one, a sentence each */
    SettingsException(List<String> problems) {
        super("The configuration has " + problems.size() + (problems.size() == 1 ? " problem:" : " problems:")
                + "\n  - " + String.join("\n  - ", problems));
        this.problems = List.copyOf(problems);
    }

    List<String> problems() {
        return problems;
    }
}

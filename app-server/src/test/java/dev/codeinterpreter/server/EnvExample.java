package dev.codeinterpreter.server;

import java.util.ArrayList;
import java.util.List;

/** The text of {@code .env.example}: each variable with what it is for and its default, commented out. */
final class EnvExample {
    private static final int WIDTH = 110;

    private EnvExample() {}

    static String text() {
        List<String> lines = new ArrayList<>();
        lines.add(
                "# Settings of the server. Copy this file to .env and change what you need; the environment wins over it.");
        lines.add("# What is commented out shows the default.");
        for (Variables.Group group : Variables.GROUPS) {
            lines.add("");
            lines.add("# ---- " + group.title() + " "
                    + "-".repeat(WIDTH - 8 - group.title().length()));
            for (Variable<?> variable : group.variables()) {
                lines.add("");
                lines.add("# " + variable.description());
                lines.add("# Must be " + variable.rule().words() + ".");
                lines.add("#" + variable.name() + "=" + variable.fallback().orElse(""));
            }
        }
        return String.join("\n", lines) + "\n";
    }
}

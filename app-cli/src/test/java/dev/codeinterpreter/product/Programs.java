package dev.codeinterpreter.product;

import dev.codeinterpreter.core.language.Language;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The three programs that are kept for each language below {@code programs/}: the server's test and the command line's test run the
 * same ones and expect the same of them.
 */
enum Programs {
    /** Prints a line, a line for each argument, and how many bytes it read until the end of its input. */
    ECHO,
    /** Has an error in line 3 that the language finds before it runs; Bash finds it when it gets there. */
    BROKEN,
    /** Prints a line, then fails. */
    FAILING;

    /** What {@link #FAILING} prints before it fails. */
    static final String BEFORE_THE_FAILURE = "before the failure\n";

    /** How the languages name line 3: {@code line 3}, {@code code.c:3:12}, {@code code.ts(3,7)}. */
    static final Pattern LINE_THREE = Pattern.compile("(line |[:(])3\\b");

    /** The file of this program. */
    Path file(Language language) {
        String name = "/programs/" + language.code() + "/" + name().toLowerCase(java.util.Locale.ROOT) + "."
                + language.extensions().getFirst();
        try {
            return Path.of(java.util.Objects.requireNonNull(Programs.class.getResource(name), name)
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The text of this program. */
    String source(Language language) {
        try {
            return Files.readString(file(language));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** What {@link #ECHO} prints. */
    static String echoed(Language language, List<String> arguments, int inputBytes) {
        StringBuilder text = new StringBuilder("hello from " + language.code() + "\n");
        arguments.forEach(argument -> text.append("argument: ").append(argument).append('\n'));
        return text.append("end of input after ")
                .append(inputBytes)
                .append(" bytes\n")
                .toString();
    }
}

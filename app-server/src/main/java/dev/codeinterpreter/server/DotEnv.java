package dev.codeinterpreter.server;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines of a {@code .env} file, in the form that Compose and shells share: {@code NAME=value}, {@code export} before it
 * allowed, quotes around the value removed, {@code #} after a space starts a comment. Nothing is expanded. The configuration
 * library would read the file as Java properties, where quotes stay and backslashes go.
 *
 * @param values the last one of a name wins
 * @param problems what could not be understood, a sentence each
 */
record DotEnv(Map<String, String> values, List<String> problems) {
    private static final Pattern LINE = Pattern.compile("(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(.*)");
    private static final Pattern SINGLE_QUOTED = Pattern.compile("'([^']*)'\\s*(?:#.*)?");
    private static final Pattern DOUBLE_QUOTED = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"\\s*(?:#.*)?");
    private static final Pattern COMMENT_AFTER_VALUE = Pattern.compile("(?:^|\\s+)#.*");

    DotEnv {
        values = Map.copyOf(values);
        problems = List.copyOf(problems);
    }

    /** What {@code file} says; nothing when there is no such file. A file that cannot be read is a problem, not an exception. */
    static DotEnv read(Path file) {
        try {
            return parse(file.getFileName().toString(), Files.readAllLines(file));
        } catch (NoSuchFileException absent) {
            return new DotEnv(Map.of(), List.of());
        } catch (CharacterCodingException notUtf8) {
            return new DotEnv(Map.of(), List.of(file + " is not UTF-8 text"));
        } catch (IOException unreadable) {
            return new DotEnv(Map.of(), List.of(file + " cannot be read: " + unreadable.getMessage()));
        }
    }

    private static DotEnv parse(String fileName, List<String> lines) {
        Map<String, String> values = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        int number = 0;
        for (String line : lines) {
            number++;
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            Matcher matcher = LINE.matcher(text);
            if (matcher.matches()) {
                values.put(matcher.group(1), valueIn(matcher.group(2)));
            } else {
                problems.add(fileName + " line " + number + ": must be NAME=value, or a comment that starts with #");
            }
        }
        return new DotEnv(values, problems);
    }

    private static String valueIn(String text) {
        Matcher single = SINGLE_QUOTED.matcher(text);
        if (single.matches()) {
            return single.group(1);
        }
        Matcher quoted = DOUBLE_QUOTED.matcher(text);
        if (quoted.matches()) {
            return quoted.group(1).replaceAll("\\\\([\"\\\\$])", "$1");
        }
        return COMMENT_AFTER_VALUE.matcher(text).replaceFirst("").strip();
    }
}

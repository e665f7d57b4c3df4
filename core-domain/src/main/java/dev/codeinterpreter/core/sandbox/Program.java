package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.util.List;

/**
 * What a sandbox shall run.
 *
 * @param source the text of the program; a NUL in it is passed on, the language decides what it means
 * @param arguments for the program, without its own name; none contains a NUL
 * @param input what it reads from stdin
 */
public record Program(String source, List<String> arguments, ProgramInput input) {

    /**
     * @throws InvalidRequestException field {@code code} or {@code args[i]}; code {@code invalid_unicode}, when half of a
     *     surrogate pair stands alone, which UTF-8 cannot express; code {@code nul_character}, when an argument contains a NUL,
     *     which no operating system passes on
     */
    public Program {
        arguments = List.copyOf(arguments);
        requireUnicode("code", source);
        for (int i = 0; i < arguments.size(); i++) {
            String field = "args[" + i + "]";
            requireUnicode(field, arguments.get(i));
            if (arguments.get(i).indexOf('\0') >= 0) {
                throw new InvalidRequestException(field, "nul_character", field + " contains a NUL character");
            }
        }
    }

    private static void requireUnicode(String field, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
                    throw new InvalidRequestException(
                            field,
                            "invalid_unicode",
                            field + " contains an unpaired surrogate at character " + i + "; send valid Unicode");
                }
                i++;
            }
        }
    }
}

package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.util.List;
import java.util.Optional;

/**
 * What a sandbox shall run.
 *
 * @param source the text of the program; a NUL in it is passed on, the language decides what it means
 * @param arguments for the program, without its own name; none contains a NUL
 * @param input what it reads from stdin
 * @param state what it has to do with the memory of its session; absent for nothing. Only {@link
 *     dev.codeinterpreter.core.language.Language#PYTHON} has such a memory, others pass it over
 */
public record Program(String source, List<String> arguments, ProgramInput input, Optional<StateExchange> state) {

    /** A program that has nothing to do with the memory of a session. */
    public Program(String source, List<String> arguments, ProgramInput input) {
        this(source, arguments, input, Optional.empty());
    }

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

    /** The same program with the memory of a session. */
    public Program withState(StateExchange value) {
        return new Program(source, arguments, input, Optional.of(value));
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

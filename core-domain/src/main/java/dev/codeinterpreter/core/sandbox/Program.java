package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.util.List;

/**
 * What a sandbox shall run.
 *
 * @param source the text of the program
 * @param arguments for the program, without its own name; none contains a NUL
 * @param input what it reads from stdin
 */
public record Program(String source, List<String> arguments, ProgramInput input) {

    /** @throws InvalidRequestException field {@code args}, when an argument contains a NUL, which no operating system passes on */
    public Program {
        arguments = List.copyOf(arguments);
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).indexOf('\0') >= 0) {
                throw new InvalidRequestException(
                        "args[" + i + "]", "nul_character", "args[" + i + "] contains a NUL character");
            }
        }
    }
}

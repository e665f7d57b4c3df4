package dev.codeinterpreter.cli;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.file.FileName;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A file of this machine that a program shall see, written {@code PATH} or {@code PATH=NAME}; the last {@code =} divides.
 *
 * @param name under which the program sees it; the last part of the path when none is given
 */
record Mount(Path path, FileName name) {

    /** Reads the option's text. */
    static final class Converter implements ITypeConverter<Mount> {
        @Override
        public Mount convert(String text) {
            int divider = text.lastIndexOf('=');
            try {
                Path path = Path.of(divider < 0 ? text : text.substring(0, divider));
                String name = divider < 0 ? lastPart(path) : text.substring(divider + 1);
                return new Mount(path, FileName.parse("--file", name));
            } catch (InvalidPathException | InvalidRequestException wrong) {
                throw new TypeConversionException("'" + text + "' must be PATH or PATH=NAME: " + wrong.getMessage());
            }
        }

        private static String lastPart(Path path) {
            Path last = path.getFileName();
            return last == null ? "" : last.toString();
        }
    }
}

package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.file.FileName;
import java.util.List;
import java.util.stream.Collectors;

/** Sentences about files for the reader of the output. */
final class FileNotice {

    private static final int SHOWN = 10;

    private FileNotice() {}

    /**
     * {@code 2 files not returned because larger than 100 MiB: a.bin, b.bin}. Shows the first names only, and these on one line:
     * a program chooses them.
     *
     * @param names at least one
     */
    static String of(List<FileName> names, String what) {
        String shown = names.stream().limit(SHOWN).map(FileNotice::oneLine).collect(Collectors.joining(", "));
        String more = names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "";
        return (names.size() == 1 ? "1 file " : names.size() + " files ") + what + ": " + shown + more;
    }

    private static String oneLine(FileName name) {
        return name.value()
                .codePoints()
                .map(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}

package dev.codeinterpreter.core.sandbox;

import java.io.InputStream;
import java.util.Optional;

/** What a program reads from stdin. */
public final class ProgramInput {

    private static final ProgramInput EMPTY = new ProgramInput(Optional.empty());

    private final Optional<InputStream> stream;

    private ProgramInput(Optional<InputStream> stream) {
        this.stream = stream;
    }

    /** End of file at once. */
    public static ProgramInput empty() {
        return EMPTY;
    }

    /**
     * What {@code stream} gives, as it comes; its end is the program's end of file. It is read by a thread of its own, which may
     * still wait in a read after the program has ended. Not closed.
     */
    public static ProgramInput of(InputStream stream) {
        return new ProgramInput(Optional.of(stream));
    }

    /** The stream; absent means end of file at once. */
    public Optional<InputStream> stream() {
        return stream;
    }
}

package dev.codeinterpreter.cli;

import dev.codeinterpreter.core.execution.OutputListener;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Passes what a program writes on to our own streams, byte-exact and at once. */
final class LiveOutput implements OutputListener {
    private final Streams streams;

    LiveOutput(Streams streams) {
        this.streams = streams;
    }

    /** Our reader went away, so nobody wants the rest: {@code code-interpreter run … | head}. */
    static final class ReaderGone extends UncheckedIOException {
        ReaderGone(IOException cause) {
            super(cause);
        }
    }

    @Override
    public void stdout(byte[] bytes, int offset, int length) {
        write(streams.out(), bytes, offset, length);
    }

    @Override
    public void stderr(byte[] bytes, int offset, int length) {
        write(streams.err(), bytes, offset, length);
    }

    private static void write(OutputStream target, byte[] bytes, int offset, int length) {
        try {
            target.write(bytes, offset, length);
            target.flush();
        } catch (IOException closed) {
            throw new ReaderGone(closed);
        }
    }
}

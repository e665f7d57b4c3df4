package dev.codeinterpreter.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * The three streams of the process, as bytes and without buffers: what a program writes passes byte-exact and at once. Data goes
 * to {@code out}, everything we say ourselves to {@code err}.
 */
record Streams(InputStream in, OutputStream out, OutputStream err) {
    private static final String PREFIX = "code-interpreter: ";

    /** Those of this process. */
    static Streams ofProcess() {
        return new Streams(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err));
    }

    /** A writer of UTF-8 text to {@code out}; whoever uses it flushes it. */
    PrintWriter textOut() {
        return new PrintWriter(out, false, StandardCharsets.UTF_8);
    }

    /** Likewise to {@code err}. */
    PrintWriter textErr() {
        return new PrintWriter(err, true, StandardCharsets.UTF_8);
    }

    /** Says {@code message} on {@code err}, marked as ours. A closed {@code err} is nobody to tell it to. */
    void say(String message) {
        try {
            err.write((PREFIX + message + "\n").getBytes(StandardCharsets.UTF_8));
            err.flush();
        } catch (IOException nobodyListens) {
            // there is no place left to report this to
        }
    }
}

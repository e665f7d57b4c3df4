package dev.codeinterpreter.core.file;

import java.io.IOException;
import java.io.OutputStream;

/** The bytes of a file that a program left, given by whoever has them. */
@FunctionalInterface
public interface OutputSource {

    /**
     * Writes all bytes to {@code target}, on the calling thread. What it throws means that they are not complete.
     *
     * @param target takes every byte, even when the store behind it has failed, so that the giver need not break off; not closed
     * @throws IOException when the bytes could not be got, or the calling thread was interrupted
     */
    void copyTo(OutputStream target) throws IOException;
}

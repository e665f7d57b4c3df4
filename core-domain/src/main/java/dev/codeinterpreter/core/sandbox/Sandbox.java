package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.execution.OutputListener;
import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.file.FileName;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * A place where one program runs once. The order of calls is put, run, state, files and fetch, close. One thread uses it at a time;
 * only {@link #cancel} may be called by another one.
 *
 * <p>Every method but {@code close} and {@code cancel} throws {@link SandboxLostException} when the sandbox ended or broke its
 * protocol; nothing can be done with it then but close it.
 */
public interface Sandbox extends AutoCloseable {

    /**
     * Puts a file into the working directory; missing directories are made. A file of the same name is replaced.
     *
     * @param size exact number of bytes that {@code content} gives
     * @param readOnly the program can read it, but neither write, replace nor remove it
     * @param content read to its end, not closed
     * @throws IOException when reading {@code content} failed or it did not give {@code size} bytes; the sandbox is lost then
     * @throws TooLargeException when it does not fit into the working directory
     */
    void put(FileName name, long size, boolean readOnly, InputStream content) throws IOException;

    /**
     * Compiles, where the language needs it, and runs the program to its end, whatever end that is. Returns when no process of
     * it is left. An interrupt of the calling thread ends the program; the result says {@code Cancelled} then and the thread's
     * interrupt flag is set.
     *
     * @param output gets what the program writes, in the order and at the time it is written, on the calling thread; while it
     *     does not return, the program waits when it writes more, and its time goes on
     */
    RunResult run(Program program, OutputListener output);

    /**
     * What became of the memory of the session in the run; {@link StateReport#NONE} when the program had nothing to do with it.
     * May be asked once.
     */
    StateReport state();

    /** The regular files below the working directory after the run, in no particular order. Links and devices are left out. */
    List<SandboxFile> files();

    /**
     * Copies a file to {@code target}, from a regular file beneath the working directory only, never through a link.
     *
     * @param maximumBytes how much is copied at the most
     * @throws NotFoundException when there is no such regular file
     * @throws TooLargeException when it has more bytes than that
     * @throws IOException when writing to {@code target} failed; the sandbox is lost then
     */
    void fetch(FileName name, long maximumBytes, OutputStream target) throws IOException;

    /** Ends the program, if it runs; {@code run} then returns with {@code Cancelled}. May be called by any thread, at any time. */
    void cancel();

    /** Ends everything in the sandbox and removes it. Bounded in time; a second call does nothing. */
    @Override
    void close();
}

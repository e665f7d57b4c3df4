package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.execution.OutputListener;

/** Counts what a program writes and keeps nothing. */
public final class CountingOutput implements OutputListener {

    private long stdout;
    private long stderr;

    @Override
    public void stdout(byte[] bytes, int offset, int length) {
        stdout += length;
    }

    @Override
    public void stderr(byte[] bytes, int offset, int length) {
        stderr += length;
    }

    /** Bytes of stdout. */
    public long stdout() {
        return stdout;
    }

    /** Bytes of both streams. */
    public long total() {
        return stdout + stderr;
    }
}

package dev.codeinterpreter.core.execution;

/**
 * Gets what a program writes, as it comes. Called by one thread, in order. An exception thrown here ends the run and reaches the
 * caller.
 */
public interface OutputListener {

    /** Lets everything pass. */
    OutputListener NONE = new OutputListener() {
        @Override
        public void stdout(byte[] bytes, int offset, int length) {}

        @Override
        public void stderr(byte[] bytes, int offset, int length) {}
    };

    /** A piece of stdout, at least one byte, possibly cut within a character. The array is used again after the call. */
    void stdout(byte[] bytes, int offset, int length);

    /** A piece of stderr, likewise. */
    void stderr(byte[] bytes, int offset, int length);
}

package dev.codeinterpreter.core.execution;

/** The two parts of a run. */
public enum Phase {
    /** The compiler or type checker looks at the source. */
    COMPILE,
    /** The program runs. */
    RUN
}

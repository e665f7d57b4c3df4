package dev.codeinterpreter.core.sandbox;

/** What a program can reach. */
public enum NetworkPolicy {
    /** A loopback of its own and nothing else. */
    NONE
}

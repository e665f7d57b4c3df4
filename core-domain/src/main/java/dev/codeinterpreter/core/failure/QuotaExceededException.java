package dev.codeinterpreter.core.failure;

import java.time.Duration;

/** The caller, or all callers together, asked for more than is given in this time. Trying again later helps. */
public final class QuotaExceededException extends CodeInterpreterException {

    private final String window;
    private final Duration retryAfter;

    /**
     * @param window what is used up: {@code per minute}, {@code execution queue}
     * @param retryAfter when a new attempt may succeed, counted from now; positive
     */
    public QuotaExceededException(String window, Duration retryAfter, String message) {
        super(message, null);
        this.window = window;
        this.retryAfter = retryAfter;
    }

    public String window() {
        return window;
    }

    public Duration retryAfter() {
        return retryAfter;
    }
}

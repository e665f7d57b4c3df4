package dev.codeinterpreter.server;

import java.util.Optional;

/**
 * One setting of the process: an environment variable, or a line of the {@code .env} file.
 *
 * @param fallback the text that holds when nobody sets it; empty when there is none, and the description tells what happens then
 * @param description what it is for, for the operator; one or two sentences
 * @param secret whether its value must never be shown
 */
record Variable<T>(String name, Rule<T> rule, Optional<String> fallback, String description, boolean secret) {
    static <T> Variable<T> of(String name, Rule<T> rule, String fallback, String description) {
        return new Variable<>(name, rule, Optional.of(fallback), description, false);
    }

    static Variable<Long> number(String name, long minimum, long maximum, long fallback, String description) {
        return of(name, Rule.wholeNumber(minimum, maximum), Long.toString(fallback), description);
    }

    static <T> Variable<T> optional(String name, Rule<T> rule, String description) {
        return new Variable<>(name, rule, Optional.empty(), description, false);
    }

    static <T> Variable<T> secret(String name, Rule<T> rule, String description) {
        return new Variable<>(name, rule, Optional.empty(), description, true);
    }

    /** {@code text} as it may be shown. */
    String shown(String text) {
        return secret ? "(hidden, " + text.length() + " characters)" : "'" + text + "'";
    }
}

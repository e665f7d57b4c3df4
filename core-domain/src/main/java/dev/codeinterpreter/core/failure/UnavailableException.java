package dev.codeinterpreter.core.failure;

import org.jspecify.annotations.Nullable;

/** Something this service needs did not answer in time or refused: a store, nsjail, a toolchain. Trying again later may help. */
public final class UnavailableException extends CodeInterpreterException {

    private final String dependency;

    /**
     * A dependency that failed.
     *
     * @param dependency the thing that did not answer: {@code session store}, {@code toolchain go}
     */
    public UnavailableException(String dependency, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.dependency = dependency;
    }

    public UnavailableException(String dependency, String message) {
        this(dependency, message, null);
    }

    public String dependency() {
        return dependency;
    }
}

package dev.codeinterpreter.adapter.http;

import java.io.IOException;

/**
 * Reading a request's body came to an end before the body did. An {@code IOException}, so that whoever reads treats it as a
 * broken stream and keeps nothing; the reason is what the client is told.
 */
final class BodyFailure extends IOException {

    private static final long serialVersionUID = 1L;

    private final RuntimeException reason;

    BodyFailure(RuntimeException reason) {
        super(reason.getMessage(), reason);
        this.reason = reason;
    }

    RuntimeException reason() {
        return reason;
    }
}

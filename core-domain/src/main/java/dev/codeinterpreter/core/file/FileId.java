package dev.codeinterpreter.core.file;

import dev.codeinterpreter.core.id.Identifiers;

/**
 * Identifies the stored bytes of one file within its session; an edit makes a new one.
 *
 * @param value 1 to 64 characters of {@code [A-Za-z0-9_.-]}; ours have 21 and no dot
 */
public record FileId(String value) {

    /** @throws dev.codeinterpreter.core.failure.InvalidRequestException field {@code file_id}, when the characters are not allowed */
    public FileId {
        Identifiers.requireAcceptable("file_id", value);
    }

    /** A new one that nobody has and nobody guesses. */
    public static FileId random() {
        return new FileId(Identifiers.random());
    }

    @Override
    public String toString() {
        return value;
    }
}

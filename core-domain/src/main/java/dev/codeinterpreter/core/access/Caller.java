package dev.codeinterpreter.core.access;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.util.Optional;

/**
 * In whose name something is done.
 *
 * @param owner whose sessions these are: a fingerprint of the key, never the key itself; {@code anonymous} without
 *     authentication, {@code local} on the command line
 * @param user the user of the calling application, as far as it told
 */
public record Caller(String owner, Optional<String> user) {

    /** Everybody, when authentication is switched off. */
    public static final Caller ANONYMOUS = new Caller("anonymous", Optional.empty());

    /** The person at the terminal, or the program that embeds us. */
    public static final Caller LOCAL = new Caller("local", Optional.empty());

    public Caller {
        if (owner.isBlank()) {
            throw new InvalidRequestException("owner", "missing", "owner must not be blank");
        }
    }
}

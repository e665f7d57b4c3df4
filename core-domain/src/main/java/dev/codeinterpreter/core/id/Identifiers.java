package dev.codeinterpreter.core.id;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.security.SecureRandom;
import java.util.regex.Pattern;

/**
 * Makes and checks identifiers. Those we hand out are {@value #LENGTH} characters of {@code [A-Za-z0-9_-]}, which clients
 * check for; 126 bits of a secure source, so that nobody guesses one. Safe for use by many threads.
 */
public final class Identifiers {

    /** Length of the identifiers that {@link #random()} makes. */
    public static final int LENGTH = 21;

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    private static final Pattern ACCEPTED = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private Identifiers() {}

    /** A new identifier. */
    public static String random() {
        byte[] bytes = new byte[LENGTH];
        RANDOM.nextBytes(bytes);
        StringBuilder id = new StringBuilder(LENGTH);
        for (byte b : bytes) {
            id.append(ALPHABET.charAt(b & 63));
        }
        return id.toString();
    }

    /**
     * Checks an identifier that came from outside. Other shapes than ours are let through, since they merely name nothing; but
     * an identifier is also a path segment and a key, so its characters are limited.
     *
     * @param field what the caller called it, for the message
     * @return {@code id}
     * @throws InvalidRequestException code {@code invalid_id}, when it is not 1 to 64 characters of {@code [A-Za-z0-9_.-]} that
     *     begin with no dot
     */
    public static String requireAcceptable(String field, String id) {
        if (!ACCEPTED.matcher(id).matches()) {
            throw new InvalidRequestException(
                    field,
                    "invalid_id",
                    field + " must be 1 to 64 characters of [A-Za-z0-9_.-] and not begin with a dot");
        }
        return id;
    }
}

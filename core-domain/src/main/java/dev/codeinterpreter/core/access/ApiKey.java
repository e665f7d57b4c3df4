package dev.codeinterpreter.core.access;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A secret that opens the service. Never printed, compared in constant time. */
public final class ApiKey {

    /** Length of the shortest key that a configuration may name, in characters. */
    public static final int MINIMUM_LENGTH = 16;

    private final byte[] digest;

    private ApiKey(byte[] digest) {
        this.digest = digest;
    }

    /** The key in {@code secret}, of any length: what a caller presents. */
    public static ApiKey presented(String secret) {
        return new ApiKey(sha256(secret));
    }

    /**
     * The key in {@code secret}: what an operator configures.
     *
     * @param field the setting, for the message
     * @throws InvalidRequestException with that field when it has fewer than {@value #MINIMUM_LENGTH} characters
     */
    public static ApiKey configured(String field, String secret) {
        if (secret.length() < MINIMUM_LENGTH) {
            throw new InvalidRequestException(
                    field,
                    "string_too_short",
                    field + " must have at least " + MINIMUM_LENGTH + " characters, it has " + secret.length());
        }
        return new ApiKey(sha256(secret));
    }

    /** The owner name of this key's sessions: the first 32 hexadecimal digits of its SHA-256. */
    public String fingerprint() {
        return HexFormat.of().formatHex(digest, 0, 16);
    }

    /** Whether both are the same key; takes the same time wherever they differ. */
    public boolean matches(ApiKey other) {
        return MessageDigest.isEqual(digest, other.digest);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ApiKey that && matches(that);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(digest);
    }

    @Override
    public String toString() {
        return "ApiKey[****]";
    }

    private static byte[] sha256(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}

package dev.codeinterpreter.core.access;

import dev.codeinterpreter.core.failure.NotAllowedException;
import java.util.List;
import java.util.Optional;

/** Decides whether a caller may come in. Safe for use by many threads. */
public final class AccessService {

    private final boolean open;
    private final List<ApiKey> keys;

    private AccessService(boolean open, List<ApiKey> keys) {
        this.open = open;
        this.keys = List.copyOf(keys);
    }

    /** Lets in whoever presents one of {@code keys}. */
    public static AccessService requiring(List<ApiKey> keys) {
        return new AccessService(false, keys);
    }

    /** Lets everybody in as {@link Caller#ANONYMOUS}; what is presented is not looked at. */
    public static AccessService open() {
        return new AccessService(true, List.of());
    }

    /**
     * Who presents {@code secret}.
     *
     * @param secret the key as it was presented; empty when there was none
     * @throws NotAllowedException when there is none or none that is known
     */
    public Caller authenticate(Optional<String> secret) {
        if (open) {
            return Caller.ANONYMOUS;
        }
        ApiKey presented = secret.filter(text -> !text.isEmpty())
                .map(ApiKey::presented)
                .orElseThrow(() -> refusal("API key is missing: send it as x-api-key, Bearer or Basic"));
        boolean known = false;
        for (ApiKey key : keys) {
            known |= key.matches(presented);
        }
        if (!known) {
            throw refusal("Invalid API key");
        }
        return new Caller(presented.fingerprint(), Optional.empty());
    }

    private static NotAllowedException refusal(String message) {
        return new NotAllowedException(NotAllowedException.Kind.NOT_AUTHENTICATED, message);
    }
}

package dev.codeinterpreter.core.session;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.time.Instant;
import java.util.Optional;

/**
 * What executions share: files, interpreter state, an owner and an end.
 *
 * @param owner the {@link dev.codeinterpreter.core.access.Caller#owner() owner} that made it; nobody else sees it
 * @param user the user of the calling application, as far as it told
 * @param entity the agent it was made for, as far as the caller told
 * @param expiresAt from this instant on it does not exist any more
 */
public record Session(
        SessionId id,
        String owner,
        Optional<String> user,
        Optional<String> entity,
        Instant createdAt,
        Instant expiresAt) {

    public Session {
        if (!expiresAt.isAfter(createdAt)) {
            throw new InvalidRequestException(
                    "expiresAt",
                    "greater_than",
                    "expiresAt must be after createdAt: " + expiresAt + " <= " + createdAt);
        }
    }

    /** Whether it still exists at {@code now}. */
    public boolean isAliveAt(Instant now) {
        return now.isBefore(expiresAt);
    }
}

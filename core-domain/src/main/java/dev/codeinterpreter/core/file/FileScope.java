package dev.codeinterpreter.core.file;

import java.util.Optional;

/**
 * What a client says a file belongs to. Stored and echoed, never used to decide access.
 *
 * @param kind {@code user}, {@code agent} or {@code skill}
 * @param resourceId id of the user, agent or skill
 * @param version version of a skill
 * @param entityId what clients sent before {@code kind} existed: an agent's id
 */
public record FileScope(
        Optional<String> kind, Optional<String> resourceId, Optional<String> version, Optional<String> entityId) {

    /** Nothing known. */
    public static final FileScope NONE =
            new FileScope(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}

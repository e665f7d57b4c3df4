package dev.codeinterpreter.core.file;

import dev.codeinterpreter.core.session.SessionId;
import java.util.Optional;

/**
 * A stored file that an execution shall find in its working directory.
 *
 * @param session the session that holds the bytes
 * @param file the stored file
 * @param name where it shall appear; the name it was stored under when empty
 * @param scope what the client said it belongs to; echoed in the answer
 */
public record FileReference(SessionId session, FileId file, Optional<FileName> name, FileScope scope) {

    /** The file under the name it was stored with. */
    public static FileReference to(StoredFile stored) {
        return new FileReference(stored.session(), stored.id(), Optional.of(stored.name()), stored.scope());
    }
}

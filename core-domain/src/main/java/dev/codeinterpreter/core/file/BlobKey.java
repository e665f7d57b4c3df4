package dev.codeinterpreter.core.file;

import dev.codeinterpreter.core.session.SessionId;

/**
 * Where bytes lie in a {@link FileStorePort}: {@code sessions/<session>/<file>} or {@code states/<session>}. Made from ids only,
 * so that no text of a caller becomes part of a path.
 */
public sealed interface BlobKey {

    /** The session these bytes belong to and are deleted with. */
    SessionId session();

    /** The key as a path with {@code /}. */
    String path();

    /** The bytes of a file. */
    record OfFile(SessionId session, FileId file) implements BlobKey {
        @Override
        public String path() {
            return "sessions/" + session.value() + "/" + file.value();
        }
    }

    /** The interpreter state of a session. */
    record OfState(SessionId session) implements BlobKey {
        @Override
        public String path() {
            return "states/" + session.value();
        }
    }

    static BlobKey ofFile(SessionId session, FileId file) {
        return new OfFile(session, file);
    }

    static BlobKey ofState(SessionId session) {
        return new OfState(session);
    }
}

package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.session.SessionId;
import java.util.Optional;

/**
 * A file that is there after an execution, stored and ready to be read.
 *
 * @param id under which it is stored; the input's own id when it was not changed
 * @param session that holds the bytes; the input's own session when it was not changed
 * @param origin the input it was before; absent for a file the program made
 */
public record Artifact(
        FileId id, SessionId session, FileName name, long size, Change change, Optional<FileReference> origin) {

    /** What an execution did to a file. */
    public enum Change {
        /** The program made it. */
        GENERATED,
        /** It was an input and has other content now; stored under a new id. */
        MODIFIED,
        /** It was an input and still has the same content, or may not be changed. */
        INHERITED
    }
}

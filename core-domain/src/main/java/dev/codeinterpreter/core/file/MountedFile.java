package dev.codeinterpreter.core.file;

import java.util.Optional;

/**
 * A stored file and the place where a program finds it.
 *
 * @param name where it appears below the working directory
 * @param reference with which the caller named it; absent for a file that is there because its session is continued
 */
public record MountedFile(FileName name, StoredFile stored, Optional<FileReference> reference) {

    /** The reference a result gives back: the caller's own, or one that names the same file. */
    public FileReference origin() {
        return reference.orElseGet(
                () -> new FileReference(stored.session(), stored.id(), Optional.of(name), stored.scope()));
    }
}

package dev.codeinterpreter.core.file;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.session.SessionId;
import java.time.Instant;

/**
 * The record of a file whose bytes are in a {@link FileStorePort}.
 *
 * @param session the session that holds it
 * @param name as it was sent or as the program wrote it
 * @param size in bytes, 0 or more
 * @param sha256 of the bytes, 64 lower-case hexadecimal digits
 * @param contentType media type, {@code application/octet-stream} when nothing better is known
 * @param createdAt when it was stored; reading does not renew it
 * @param origin who wrote it
 * @param readOnly whether a program may see, but not change it
 */
public record StoredFile(
        FileId id,
        SessionId session,
        FileName name,
        long size,
        String sha256,
        String contentType,
        Instant createdAt,
        Origin origin,
        boolean readOnly,
        FileScope scope) {

    /** Who wrote a file. */
    public enum Origin {
        /** A client sent it. */
        UPLOAD,
        /** A program wrote it. */
        OUTPUT
    }

    public StoredFile {
        if (size < 0) {
            throw new InvalidRequestException("size", "greater_than_equal", "size must not be negative: " + size);
        }
        if (sha256.length() != 64) {
            throw new InvalidRequestException("sha256", "invalid_digest", "sha256 must have 64 hexadecimal digits");
        }
    }

    /** Where the bytes are. */
    public BlobKey key() {
        return BlobKey.ofFile(session, id);
    }
}

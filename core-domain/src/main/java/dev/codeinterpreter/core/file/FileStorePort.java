package dev.codeinterpreter.core.file;

import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.session.SessionId;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * Keeps bytes under keys. Knows nothing of names, types or owners. Implementations are safe for use by many threads and stream:
 * no call holds a whole file in memory.
 */
public interface FileStorePort {

    /**
     * Replaces the bytes under {@code key}. Readers see the old bytes or the new ones, never a part: when {@code content} fails
     * or is longer than {@code maximumBytes}, the old bytes remain. What a write has returned from is there after a crash.
     *
     * @param content read to its end, not closed
     * @param maximumBytes how much is taken at the most, 0 or more
     * @return how many bytes were stored and their digest
     * @throws TooLargeException when there are more bytes than that
     * @throws IOException when reading {@code content} failed, with that failure as it was
     * @throws UnavailableException when the store failed or did not confirm in time; the old bytes are there or the new ones
     */
    StoredBytes write(BlobKey key, InputStream content, long maximumBytes) throws IOException;

    /**
     * The bytes under {@code key}, from the moment of the call: a later overwrite or delete does not change what an open stream
     * gives. The caller closes the stream, more than once if it likes.
     *
     * @return empty when there is nothing
     * @throws UnavailableException when the store did not answer in time
     */
    Optional<InputStream> read(BlobKey key);

    /**
     * Deletes the bytes under {@code key}; nothing there is fine.
     *
     * @throws UnavailableException when the store did not confirm in time
     */
    void delete(BlobKey key);

    /**
     * Deletes everything of a session: its files and its state; nothing there is fine. Not atomic: a failure leaves the rest.
     *
     * @throws UnavailableException when the store did not confirm in time
     */
    void deleteSession(SessionId session);

    /**
     * Sessions that own bytes, be it of a file or of a state, in the order of {@link String#compareTo} of their ids.
     *
     * @param after list only ids greater than this one; from the start when empty
     * @param limit how many at the most, at least 1
     * @throws UnavailableException when the store did not answer in time
     */
    List<SessionId> sessions(Optional<SessionId> after, int limit);

    /**
     * What a write stored.
     *
     * @param size in bytes
     * @param sha256 64 lower-case hexadecimal digits
     */
    record StoredBytes(long size, String sha256) {}
}

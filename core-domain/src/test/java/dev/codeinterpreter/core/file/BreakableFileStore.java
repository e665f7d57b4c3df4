package dev.codeinterpreter.core.file;

import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.session.SessionId;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A file store that does what another one does until a test breaks it. Safe for use by many threads. */
public final class BreakableFileStore implements FileStorePort {

    private final FileStorePort store;
    private final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);
    private volatile boolean readable = true;

    public BreakableFileStore(FileStorePort store) {
        this.store = store;
    }

    /** From now on takes {@code count} writes, then none, whatever they bring. Deletes are refused then, too. */
    public void breakAfterWrites(int count) {
        writesLeft.set(count);
    }

    /** Gives nothing out any more. */
    public void breakReads() {
        readable = false;
    }

    /** Works again. */
    public void repair() {
        writesLeft.set(Integer.MAX_VALUE);
        readable = true;
    }

    @Override
    public StoredBytes write(BlobKey key, InputStream content, long maximumBytes) throws IOException {
        if (writesLeft.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            throw broken();
        }
        return store.write(key, content, maximumBytes);
    }

    @Override
    public Optional<InputStream> read(BlobKey key) {
        if (!readable) {
            throw broken();
        }
        return store.read(key);
    }

    @Override
    public void delete(BlobKey key) {
        requireWritable();
        store.delete(key);
    }

    @Override
    public void deleteSession(SessionId session) {
        requireWritable();
        store.deleteSession(session);
    }

    @Override
    public List<SessionId> sessions(Optional<SessionId> after, int limit) {
        return store.sessions(after, limit);
    }

    private void requireWritable() {
        if (writesLeft.get() == 0) {
            throw broken();
        }
    }

    private static UnavailableException broken() {
        return new UnavailableException("file store", "The file store is broken");
    }
}

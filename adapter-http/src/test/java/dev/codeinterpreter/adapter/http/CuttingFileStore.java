package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.file.BlobKey;
import dev.codeinterpreter.core.file.FileStorePort;
import dev.codeinterpreter.core.session.SessionId;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** A file store whose reads can be made to break off. Safe for use by many threads. */
final class CuttingFileStore implements FileStorePort {

    private final FileStorePort store;
    private volatile long readable = Long.MAX_VALUE;

    CuttingFileStore(FileStorePort store) {
        this.store = store;
    }

    /** From now on a read fails after {@code bytes} bytes. */
    void cutReadsAfter(long bytes) {
        readable = bytes;
    }

    @Override
    public StoredBytes write(BlobKey key, InputStream content, long maximumBytes) throws IOException {
        return store.write(key, content, maximumBytes);
    }

    @Override
    public Optional<InputStream> read(BlobKey key) {
        return store.read(key).map(bytes -> new Cut(bytes, readable));
    }

    @Override
    public void delete(BlobKey key) {
        store.delete(key);
    }

    @Override
    public void deleteSession(SessionId session) {
        store.deleteSession(session);
    }

    @Override
    public List<SessionId> sessions(Optional<SessionId> after, int limit) {
        return store.sessions(after, limit);
    }

    private static final class Cut extends FilterInputStream {

        private long left;

        private Cut(InputStream bytes, long left) {
            super(bytes);
            this.left = left;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left <= 0) {
                throw new IOException("the store's connection broke");
            }
            int count = super.read(target, offset, (int) Math.min(left, length));
            left -= Math.max(count, 0);
            return count;
        }
    }
}

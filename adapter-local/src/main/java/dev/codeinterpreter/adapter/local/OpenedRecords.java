package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.failure.UnavailableException;
import org.h2.mvstore.FileStore;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/** An MVStore that is open, with its maps. Nothing is committed unless asked: no thread of MVStore's own is about. */
record OpenedRecords(MVStore store, Tables tables) {

    private static final int FORMAT = 1;

    /** Space is used again after this time. Each commit is synced, so it need only outlast a query that began before. */
    private static final int RETENTION_MILLIS = 1000;

    /**
     * Opens the store in the file that MVStore knows under {@code name}, or in memory.
     *
     * @throws MVStoreException when it cannot
     * @throws UnavailableException when a later release wrote it
     */
    static OpenedRecords open(@Nullable String name) {
        MVStore.Builder builder = new MVStore.Builder().autoCommitDisabled().autoCommitBufferSize(0);
        if (name != null) {
            builder.fileName(name);
        }
        MVStore store = builder.open();
        int found = store.getStoreVersion();
        if (found > FORMAT) {
            store.closeImmediately();
            throw new UnavailableException(
                    DataDirectory.DEPENDENCY,
                    "The records have format " + found + ", but this program reads format " + FORMAT
                            + ". Use the release that wrote them or a newer one.");
        }
        if (found < FORMAT) {
            store.setStoreVersion(FORMAT);
        }
        store.setRetentionTime(RETENTION_MILLIS);
        return new OpenedRecords(store, Tables.of(store));
    }

    /** How many bytes of the file hold something that counts, roughly. */
    long liveBytes() {
        FileStore<?> file = store.getFileStore();
        return file.size() / 100 * file.getFillRate() / 100 * file.getChunksFillRate();
    }
}

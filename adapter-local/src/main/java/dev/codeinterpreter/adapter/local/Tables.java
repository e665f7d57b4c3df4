package dev.codeinterpreter.adapter.local;

import java.util.List;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.StringDataType;

/**
 * The maps of the record store.
 *
 * @param sessions by id
 * @param sessionEnds by {@link EndKey}, without values
 * @param files by {@code session/file}
 * @param snapshots by session
 * @param snapshotEnds by {@link EndKey}, without values
 * @param counters by name: numbers that only grow
 */
record Tables(
        MVMap<String, byte[]> sessions,
        MVMap<String, byte[]> sessionEnds,
        MVMap<String, byte[]> files,
        MVMap<String, byte[]> snapshots,
        MVMap<String, byte[]> snapshotEnds,
        MVMap<String, byte[]> counters) {

    static Tables of(MVStore store) {
        return new Tables(
                map(store, "sessions"),
                map(store, "sessionEnds"),
                map(store, "files"),
                map(store, "snapshots"),
                map(store, "snapshotEnds"),
                map(store, "counters"));
    }

    /** Every map, in one order for all stores. */
    List<MVMap<String, byte[]>> all() {
        return List.of(sessions, sessionEnds, files, snapshots, snapshotEnds, counters);
    }

    /** With its types spelled out, so that nothing is ever read by Java serialization. */
    private static MVMap<String, byte[]> map(MVStore store, String name) {
        return store.openMap(
                name,
                new MVMap.Builder<String, byte[]>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(ByteArrayDataType.INSTANCE));
    }
}

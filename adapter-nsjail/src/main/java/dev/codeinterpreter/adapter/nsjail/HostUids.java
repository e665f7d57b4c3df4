package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.UnavailableException;
import java.util.BitSet;

/** Hands out user ids of the host, so that no two living sandboxes have the same one. Safe for use by many threads. */
final class HostUids {

    private final int first;
    private final int count;
    private final BitSet taken = new BitSet();
    private int next;

    HostUids(int first, int count) {
        this.first = first;
        this.count = count;
    }

    /**
     * An id that no living sandbox has, and that was not used for as long as possible.
     *
     * @throws UnavailableException when all are taken
     */
    synchronized int take() {
        int index = taken.nextClearBit(next);
        if (index >= count) {
            index = taken.nextClearBit(0);
        }
        if (index >= count) {
            throw new UnavailableException("sandboxes", "All " + count + " user ids for sandboxes are in use");
        }
        taken.set(index);
        next = (index + 1) % count;
        return first + index;
    }

    synchronized void giveBack(int uid) {
        taken.clear(uid - first);
    }
}

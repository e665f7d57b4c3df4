package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.session.SessionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import org.h2.mvstore.MVMap;

/**
 * Keys of an index by end: the instant as 24 hexadecimal digits, then the session's id, so that the order of the texts is the
 * order of the ends, and of the ids within one instant.
 */
final class EndKey {

    private static final int INSTANT_DIGITS = 24;

    private EndKey() {}

    static String of(Instant end, SessionId session) {
        return digits(end) + session.value();
    }

    /** The sessions in {@code index} whose end is at or before {@code now}, in order, at most {@code limit}. */
    static List<SessionId> endedIn(MVMap<String, byte[]> index, Instant now, int limit) {
        String last = digits(now);
        List<SessionId> ended = new ArrayList<>();
        Iterator<String> keys = index.keyIterator(null);
        while (ended.size() < limit && keys.hasNext()) {
            String key = keys.next();
            if (key.substring(0, INSTANT_DIGITS).compareTo(last) > 0) {
                break;
            }
            ended.add(new SessionId(key.substring(INSTANT_DIGITS)));
        }
        return ended;
    }

    private static String digits(Instant instant) {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(instant.getEpochSecond() - Instant.MIN.getEpochSecond())
                + hex.toHexDigits(instant.getNano());
    }
}

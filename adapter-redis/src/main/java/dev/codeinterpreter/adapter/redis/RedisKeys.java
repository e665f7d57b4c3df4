package dev.codeinterpreter.adapter.redis;

import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.id.Identifiers;
import dev.codeinterpreter.core.session.SessionId;
import java.nio.charset.StandardCharsets;

/**
 * Names of keys and of the fields of hashes.
 *
 * <pre>
 * PREFIX session:SESSION      hash    s = the session, n = how many files were added ever, f:FILE = number and record of a file
 * PREFIX session-ends         sorted set, all with score 0: the end of a session in 24 hexadecimal digits, then its id
 * PREFIX session-end-of       hash    SESSION = the digits under which it is in the sorted set
 * PREFIX state:SESSION        hash    v = version in 19 digits, w = id of the write, h = the rest but the bytes, b = the bytes
 * PREFIX new-state:WRITE      hash    the same while it is being sent
 * PREFIX lock:SESSION         string  the ticket of the holder
 * PREFIX lock-queue:SESSION   hash    TICKET = when one who waits has come (us) and has last asked (ms)
 * </pre>
 */
final class RedisKeys {

    static final byte[] SESSION = bytes("s");
    static final String FILE = "f:";
    static final byte[] VERSION = bytes("v");
    static final byte[] WRITE = bytes("w");
    static final byte[] HEADER = bytes("h");
    static final byte[] CONTENT = bytes("b");

    private final String prefix;

    RedisKeys(String prefix) {
        this.prefix = prefix;
    }

    byte[] session(SessionId session) {
        return bytes(prefix + "session:" + session.value());
    }

    byte[] sessionEnds() {
        return bytes(prefix + "session-ends");
    }

    byte[] sessionEndOf() {
        return bytes(prefix + "session-end-of");
    }

    byte[] state(SessionId session) {
        return bytes(prefix + "state:" + session.value());
    }

    byte[] newState(String write) {
        return bytes(prefix + "new-state:" + write);
    }

    byte[] lock(SessionId session) {
        return bytes(prefix + "lock:" + session.value());
    }

    byte[] lockQueue(SessionId session) {
        return bytes(prefix + "lock-queue:" + session.value());
    }

    static byte[] file(FileId file) {
        return bytes(FILE + file.value());
    }

    static String newWrite() {
        return Identifiers.random();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

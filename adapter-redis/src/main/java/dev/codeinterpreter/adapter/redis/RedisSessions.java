package dev.codeinterpreter.adapter.redis;

import static dev.codeinterpreter.adapter.redis.RedisKeys.bytes;
import static dev.codeinterpreter.adapter.redis.RedisKeys.text;

import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.session.SessionPort;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import redis.clients.jedis.Response;

/**
 * Sessions and the records of their files in Redis: one hash per session, and an index by end. Times to live are a net below the
 * sweep, which removes sessions together with their bytes: they let go of a session {@link #GRACE} after its end.
 */
final class RedisSessions implements SessionPort {

    static final Duration GRACE = Duration.ofDays(7);

    /** Keys: session, ends, end-of. Arguments: id, record, digits of the end, end in ms, grace in ms. */
    private static final byte[] SAVE = bytes("""
            redis.call('HSET', KEYS[1], 's', ARGV[2])
            local old = redis.call('HGET', KEYS[3], ARGV[1])
            if old then redis.call('ZREM', KEYS[2], old .. ARGV[1]) end
            redis.call('HSET', KEYS[3], ARGV[1], ARGV[3])
            redis.call('ZADD', KEYS[2], 0, ARGV[3] .. ARGV[1])
            local now = tonumber(redis.call('TIME')[1]) * 1000
            local left = math.max(0, tonumber(ARGV[4]) - now) + tonumber(ARGV[5])
            redis.call('PEXPIRE', KEYS[1], string.format('%.0f', left))
            for i = 2, 3 do
              if redis.call('PTTL', KEYS[i]) < left then redis.call('PEXPIRE', KEYS[i], string.format('%.0f', left)) end
            end
            return 1""");

    /** Keys: one per session. Arguments: per file the number of its key, its field and its record. */
    private static final byte[] ADD_FILES = bytes("""
            for i, key in ipairs(KEYS) do
              if redis.call('HEXISTS', key, 's') == 0 then return i end
            end
            for i = 1, #ARGV, 3 do
              local key = KEYS[tonumber(ARGV[i])]
              local number = redis.call('HINCRBY', key, 'n', 1)
              redis.call('HSET', key, ARGV[i + 1], string.format('%016x', number) .. ARGV[i + 2])
            end
            return 0""");

    /** Keys: session, ends, end-of. Argument: id. */
    private static final byte[] DELETE = bytes("""
            local old = redis.call('HGET', KEYS[3], ARGV[1])
            if old then
              redis.call('ZREM', KEYS[2], old .. ARGV[1])
              redis.call('HDEL', KEYS[3], ARGV[1])
            end
            return redis.call('UNLINK', KEYS[1])""");

    private static final int NUMBER_DIGITS = 16;
    private static final int END_DIGITS = 24;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private final RedisCalls calls;
    private final RedisKeys keys;

    RedisSessions(RedisCalls calls, RedisKeys keys) {
        this.calls = calls;
        this.keys = keys;
    }

    @Override
    public void save(Session session) {
        List<byte[]> arguments = List.of(
                bytes(session.id().value()),
                RedisFormat.encode(session),
                bytes(digits(session.expiresAt())),
                bytes(Long.toString(milliseconds(session.expiresAt()))),
                bytes(Long.toString(GRACE.toMillis())));
        calls.call(pipeline -> pipeline.eval(SAVE, keysOf(session.id()), arguments));
    }

    @Override
    public Optional<Session> find(SessionId id) {
        byte[] key = keys.session(id);
        return calls.call(pipeline -> optional(pipeline.hget(key, RedisKeys.SESSION)))
                .map(bytes -> RedisFormat.decodeSession(id, bytes));
    }

    @Override
    public void addFiles(List<StoredFile> files) {
        List<SessionId> sessions = List.copyOf(
                new LinkedHashSet<>(files.stream().map(StoredFile::session).toList()));
        if (sessions.isEmpty()) {
            return;
        }
        List<byte[]> sessionKeys = sessions.stream().map(keys::session).toList();
        List<byte[]> arguments = new ArrayList<>();
        long size = 0;
        for (StoredFile file : files) {
            byte[] record = RedisFormat.encode(file);
            arguments.add(bytes(Integer.toString(sessions.indexOf(file.session()) + 1)));
            arguments.add(RedisKeys.file(file.id()));
            arguments.add(record);
            size += record.length;
        }
        long missing = calls.call(size, pipeline -> number(pipeline.eval(ADD_FILES, sessionKeys, arguments)));
        if (missing > 0) {
            throw new NotFoundException(
                    "Session", sessions.get(Math.toIntExact(missing) - 1).value());
        }
    }

    @Override
    public Optional<StoredFile> file(SessionId session, FileId file) {
        byte[] key = keys.session(session);
        return calls.call(pipeline -> optional(pipeline.hget(key, RedisKeys.file(file))))
                .map(bytes -> RedisFormat.decodeFile(session, file, withoutNumber(bytes)));
    }

    @Override
    public List<StoredFile> files(SessionId session) {
        byte[] key = keys.session(session);
        return calls.call(pipeline -> pipeline.hgetAll(key)).entrySet().stream()
                .flatMap(field -> numbered(session, field))
                .sorted(Comparator.comparing(
                                (NumberedFile found) -> found.file().createdAt())
                        .thenComparing(NumberedFile::number))
                .map(NumberedFile::file)
                .toList();
    }

    /** Not repeated when the answer is lost: it would tell that there was none. */
    @Override
    public boolean removeFile(SessionId session, FileId file) {
        byte[] key = keys.session(session);
        return calls.callOnce(pipeline -> pipeline.hdel(key, RedisKeys.file(file))) > 0;
    }

    @Override
    public void delete(SessionId id) {
        calls.call(pipeline -> pipeline.eval(DELETE, keysOf(id), List.of(bytes(id.value()))));
    }

    @Override
    public List<SessionId> expired(Instant now, int limit) {
        byte[] last = bytes("[" + digits(now) + "~"); // greater than all characters of an id
        return calls.call(pipeline -> pipeline.zrangeByLex(keys.sessionEnds(), bytes("-"), last, 0, limit)).stream()
                .map(member -> new SessionId(text(member).substring(END_DIGITS)))
                .toList();
    }

    private List<byte[]> keysOf(SessionId session) {
        return List.of(keys.session(session), keys.sessionEnds(), keys.sessionEndOf());
    }

    private static Stream<NumberedFile> numbered(SessionId session, Map.Entry<byte[], byte[]> field) {
        String name = text(field.getKey());
        if (!name.startsWith(RedisKeys.FILE)) {
            return Stream.empty();
        }
        byte[] value = field.getValue();
        FileId id = new FileId(name.substring(RedisKeys.FILE.length()));
        String number = text(Arrays.copyOf(value, Math.min(value.length, NUMBER_DIGITS)));
        return Stream.of(new NumberedFile(RedisFormat.decodeFile(session, id, withoutNumber(value)), number));
    }

    private static byte[] withoutNumber(byte[] value) {
        return Arrays.copyOfRange(value, Math.min(value.length, NUMBER_DIGITS), value.length);
    }

    private static String digits(Instant instant) {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(instant.getEpochSecond() - Instant.MIN.getEpochSecond())
                + hex.toHexDigits(instant.getNano());
    }

    /** As far as Redis can count; what lives longer is not let go of by time. */
    private static long milliseconds(Instant instant) {
        return instant.isAfter(LATEST) ? LATEST.toEpochMilli() : Math.max(0, instant.getEpochSecond()) * 1000;
    }

    private static Supplier<Optional<byte[]>> optional(Response<byte[]> response) {
        return () -> Optional.ofNullable(response.get());
    }

    private static Supplier<Long> number(Response<Object> response) {
        return () -> (Long) response.get();
    }

    /** A file and, in digits, its place among those of its instant. */
    private record NumberedFile(StoredFile file, String number) {}
}

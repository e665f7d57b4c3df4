/*
 * frames_test SEED ROUNDS
 *
 * Checks the parsers of what the server sends: by known cases, then by ROUNDS random streams, most of them damaged, cut into pieces of
 * random length. Each piece lies in memory of exactly its length, so that the sanitizer sees a read beyond it.
 */
#include "sandbox.h"

#include "check.h"

#include <inttypes.h>
#include <string.h>

/* ---- a second parser, simple and slow, to compare with ------------------------------------------------------------------ */

static const struct {
    uint8_t type;
    uint32_t longest;
} KNOWN[] = {{'P', 8192}, {'G', 8192}, {'R', 64}, {'D', 256u << 10}, {'X', 2u << 20}, {'Z', 0}, {'K', 0}, {'L', 0}};

#define KNOWN_COUNT (sizeof KNOWN / sizeof *KNOWN)

static bool is_legal(uint8_t type, uint32_t length) {
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        if (KNOWN[i].type == type) {
            return length <= KNOWN[i].longest;
        }
    }
    return false;
}

struct seen {
    size_t frames;
    uint64_t digest; /* of types, lengths and payloads */
    bool broken;
};

static uint64_t mix(uint64_t digest, const void *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        digest = (digest ^ ((const uint8_t *)bytes)[i]) * 0x100000001B3u;
    }
    return digest;
}

static struct seen expect(const uint8_t *stream, size_t length) {
    struct seen seen = {.digest = 1};
    size_t at = 0;
    while (length - at >= FRAME_HEADER) {
        uint32_t size = (uint32_t)stream[at + 1] << 24 | (uint32_t)stream[at + 2] << 16 | (uint32_t)stream[at + 3] << 8 | stream[at + 4];
        if (!is_legal(stream[at], size)) {
            seen.broken = true;
            return seen;
        }
        if (length - at - FRAME_HEADER < size) {
            return seen;
        }
        seen.frames++;
        seen.digest = mix(seen.digest, stream + at, FRAME_HEADER + (size_t)size);
        at += FRAME_HEADER + (size_t)size;
    }
    return seen;
}

/* ---- random numbers that are the same on every machine ------------------------------------------------------------------- */

static uint64_t random_state;

static uint32_t random_below(uint32_t bound) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state >> 16) % bound);
}

/* ---- the parser under test ---------------------------------------------------------------------------------------------- */

static void check_exec(uint8_t *payload, uint32_t length) {
    struct exec_request request;
    uint8_t *copy = malloc(length > 0 ? length : 1); /* without the NUL that the reader adds */
    memcpy(copy, payload, length);
    if (parse_exec(copy, length, &request)) {
        size_t bytes = 17;
        size_t argc = get_u16(copy + 13), envc = get_u16(copy + 15);
        for (size_t i = 0; i < argc; i++) {
            bytes += strlen(request.argv[i]) + 1;
        }
        for (size_t i = 0; i < envc; i++) {
            bytes += strlen(request.envp[i]) + 1;
        }
        CHECK(request.argv[argc] == NULL && request.envp[envc] == NULL, "lists end");
        CHECK(bytes == length, "%zu of %u bytes are strings", bytes, length);
        CHECK(argc > 0 && request.wall_ms > 0, "something to do");
    } else {
        CHECK(request.argv == NULL && request.envp == NULL, "nothing is kept of a malformed request");
    }
    exec_request_free(&request);
    free(copy);
}

static struct seen feed(const uint8_t *stream, size_t length, size_t (*piece)(size_t)) {
    struct seen seen = {.digest = 1};
    struct frame_reader reader = {0};
    for (size_t at = 0; at < length && !seen.broken;) {
        size_t size = piece(length - at);
        uint8_t *bytes = malloc(size);
        memcpy(bytes, stream + at, size);
        at += size;
        const uint8_t *next = bytes;
        size_t left = size;
        for (;;) {
            size_t before = left;
            enum feed_result result = frame_feed(&reader, &next, &left);
            CHECK(left <= before && next == bytes + (size - left), "took %zu, moved %td", before - left, next - bytes);
            if (result == FEED_BROKEN) {
                seen.broken = true;
                CHECK(frame_feed(&reader, &next, &left) == FEED_BROKEN, "broken for good");
                break;
            }
            if (result == FEED_MORE) {
                CHECK(left == 0, "%zu bytes are left", left);
                break;
            }
            CHECK(reader.header_have == FRAME_HEADER && reader.payload_have == reader.length, "complete");
            CHECK(is_legal(reader.header[0], reader.length), "legal");
            CHECK(get_u32(reader.header + 1) == reader.length, "length");
            CHECK(reader.payload[reader.length] == 0, "ends with a NUL");
            seen.frames++;
            seen.digest = mix(seen.digest, reader.header, FRAME_HEADER);
            seen.digest = mix(seen.digest, reader.payload, reader.length);
            if (reader.header[0] == FRAME_EXEC) {
                check_exec(reader.payload, reader.length);
            }
            if (left == 0) { /* as the guard does it: the frame is freed at once, or by the next call */
                if (random_below(2) == 0) {
                    frame_reader_free(&reader);
                }
                break;
            }
        }
        free(bytes);
    }
    frame_reader_free(&reader);
    return seen;
}

static void compare(const uint8_t *stream, size_t length, size_t (*piece)(size_t), const char *what) {
    struct seen expected = expect(stream, length);
    struct seen seen = feed(stream, length, piece);
    CHECK(seen.frames == expected.frames && seen.digest == expected.digest && seen.broken == expected.broken,
          "%s: %zu frames%s, expected %zu%s", what, seen.frames, seen.broken ? " and a broken one" : "", expected.frames,
          expected.broken ? " and a broken one" : "");
}

/* ---- known cases ---------------------------------------------------------------------------------------------------------- */

static size_t first_piece;
static size_t whole(size_t left) { return left; }
static size_t single(size_t left) { (void)left; return 1; }

static size_t split_once(size_t left) {
    size_t size = first_piece < left && first_piece > 0 ? first_piece : left;
    first_piece = 0;
    return size;
}

static size_t put_frame(uint8_t *at, uint8_t type, const void *payload, uint32_t length) {
    at[0] = type;
    put_u32(at + 1, length);
    memcpy(at + FRAME_HEADER, payload, length);
    return FRAME_HEADER + (size_t)length;
}

static void feed_everyBoundary_seesTheSameFrames(void) {
    uint8_t stream[200];
    size_t length = put_frame(stream, FRAME_PUT, "\0\0\0\0\0\0\0\0\0\5name", 14);
    length += put_frame(stream + length, FRAME_DATA, "hello", 5);
    length += put_frame(stream + length, FRAME_LIST, "", 0);
    length += put_frame(stream + length, FRAME_EOF, "", 0);
    length += put_frame(stream + length, FRAME_DATA, "", 0);
    length += put_frame(stream + length, FRAME_GET, "\0\0\0\0\0\0\0\1\0x", 10);
    for (size_t at = 1; at < length; at++) {
        first_piece = at;
        compare(stream, length, split_once, "split");
    }
    compare(stream, length, whole, "whole");
    compare(stream, length, single, "single bytes");
    CHECK(expect(stream, length).frames == 6, "six frames");
}

static void feed_longestFrames_areTakenAndLongerOnesAreNot(void) {
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        size_t longest = KNOWN[i].longest;
        uint8_t *stream = calloc(1, FRAME_HEADER + longest + 1);
        stream[0] = KNOWN[i].type;
        put_u32(stream + 1, (uint32_t)longest);
        struct seen seen = feed(stream, FRAME_HEADER + longest, whole);
        CHECK(seen.frames == 1 && !seen.broken, "%c of %zu bytes", KNOWN[i].type, longest);
        put_u32(stream + 1, (uint32_t)longest + 1);
        seen = feed(stream, FRAME_HEADER + longest + 1, whole);
        CHECK(seen.frames == 0 && seen.broken, "%c of %zu bytes", KNOWN[i].type, longest + 1);
        put_u32(stream + 1, UINT32_MAX);
        CHECK(feed(stream, FRAME_HEADER, whole).broken, "%c of 4 GiB", KNOWN[i].type);
        free(stream);
    }
}

static void feed_unknownTypes_areBroken(void) {
    for (int type = 0; type < 256; type++) {
        uint8_t stream[FRAME_HEADER] = {(uint8_t)type};
        CHECK(feed(stream, sizeof stream, whole).broken == !is_legal((uint8_t)type, 0), "type %d", type);
    }
}

static void numbers_anyValue_comeBack(void) {
    const uint64_t values[] = {0, 1, 0x80, 0xFF, 0x100, 0x01020304, 0xFFFFFFFF, 0x0102030405060708, UINT64_MAX};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        uint8_t bytes[8];
        put_u64(bytes, values[i]);
        CHECK(get_u64(bytes) == values[i] && bytes[0] == values[i] >> 56 && bytes[7] == (values[i] & 0xFF), "%" PRIx64, values[i]);
        put_u32(bytes, (uint32_t)values[i]);
        CHECK(get_u32(bytes) == (uint32_t)values[i], "%" PRIx64, values[i]);
        CHECK(get_u16(bytes) == (uint32_t)values[i] >> 16, "%" PRIx64, values[i]);
    }
}

/* A request in memory of exactly its length. */
static uint8_t *exec_payload(uint32_t wall, uint8_t flags, uint16_t argc, uint16_t envc, const char *strings, size_t length) {
    uint8_t *payload = malloc(17 + length);
    put_u32(payload, wall);
    put_u64(payload + 4, 1000);
    payload[12] = flags;
    payload[13] = (uint8_t)(argc >> 8);
    payload[14] = (uint8_t)argc;
    payload[15] = (uint8_t)(envc >> 8);
    payload[16] = (uint8_t)envc;
    memcpy(payload + 17, strings, length);
    return payload;
}

static bool accepts(uint32_t wall, uint16_t argc, uint16_t envc, const char *strings, size_t length) {
    struct exec_request request;
    uint8_t *payload = exec_payload(wall, 0, argc, envc, strings, length);
    bool accepted = parse_exec(payload, (uint32_t)(17 + length), &request);
    exec_request_free(&request);
    free(payload);
    return accepted;
}

static void exec_wellFormed_isUnderstood(void) {
    static const char strings[] = "/bin/x\0\0a b\0K=v\0L="; /* three arguments, two variables; the literal's own NUL is the last */
    struct exec_request request;
    uint8_t *payload = exec_payload(1500, EXEC_STREAM_STDIN, 3, 2, strings, sizeof strings);
    REQUIRE(parse_exec(payload, 17 + sizeof strings, &request), "well-formed");
    CHECK(request.wall_ms == 1500 && request.output_bytes == 1000, "numbers");
    CHECK(request.stream_stdin && !request.in_work_dir && !request.hand_over, "flags");
    CHECK(strcmp(request.argv[0], "/bin/x") == 0 && strcmp(request.argv[1], "") == 0 && strcmp(request.argv[2], "a b") == 0
              && request.argv[3] == NULL,
          "arguments");
    CHECK(strcmp(request.envp[0], "K=v") == 0 && strcmp(request.envp[1], "L=") == 0 && request.envp[2] == NULL, "environment");
    exec_request_free(&request);
    free(payload);
}

static void exec_malformed_isRefused(void) {
    CHECK(accepts(1, 1, 0, "x", 2), "the smallest");
    CHECK(accepts(1, 1, 0, "", 1), "an empty word is a word");
    CHECK(!accepts(0, 1, 0, "x", 2), "no time");
    CHECK(!accepts(1, 0, 0, "", 0), "no program");
    CHECK(!accepts(1, 0, 1, "K=v", 4), "no program but a variable");
    CHECK(!accepts(1, 1, 0, "", 0), "no string");
    CHECK(!accepts(1, 1, 0, "x", 1), "no NUL");
    CHECK(!accepts(1, 2, 0, "x\0y", 3), "no NUL after the last");
    CHECK(!accepts(1, 2, 0, "x", 2), "more arguments than strings");
    CHECK(!accepts(1, UINT16_MAX, 0, "x", 2), "many more arguments than strings");
    CHECK(!accepts(1, 1, 1, "x", 2), "more variables than strings");
    CHECK(!accepts(1, 1, UINT16_MAX, "x", 2), "many more variables than strings");
    CHECK(!accepts(1, UINT16_MAX, UINT16_MAX, "x", 2), "many more of both");
    CHECK(!accepts(1, 1, 0, "x\0y", 4), "a string too many");
    CHECK(!accepts(1, 1, 0, "x\0y", 3), "trailing bytes");
    for (uint32_t length = 0; length < 17; length++) {
        struct exec_request request;
        uint8_t *payload = calloc(1, length + 1);
        CHECK(!parse_exec(payload, length, &request), "%u bytes", length);
        free(payload);
    }
}

/* ---- random cases ---------------------------------------------------------------------------------------------------------- */

static size_t random_piece(size_t left) {
    size_t size = random_below(4) == 0 ? 1 + random_below(8) : 1 + random_below(3000);
    return size < left ? size : left;
}

static size_t random_exec(uint8_t *payload, size_t room) {
    uint16_t argc = (uint16_t)random_below(6), envc = (uint16_t)random_below(6);
    size_t length = 17;
    for (int i = 0; i < argc + envc; i++) {
        size_t word = random_below(20);
        if (length + word + 1 > room) {
            break;
        }
        memset(payload + length, 'a' + i, word);
        payload[length + word] = 0;
        length += word + 1;
    }
    put_u32(payload, random_below(3));
    put_u64(payload + 4, random_below(1000));
    payload[12] = (uint8_t)random_below(8);
    payload[13] = 0;
    payload[14] = (uint8_t)argc;
    payload[15] = 0;
    payload[16] = (uint8_t)envc;
    return length;
}

static size_t random_stream(uint8_t *stream, size_t room) {
    size_t length = 0;
    for (uint32_t frames = 1 + random_below(8); frames > 0 && length + 600 < room; frames--) {
        uint8_t *at = stream + length;
        size_t kind = random_below(KNOWN_COUNT);
        uint32_t longest = KNOWN[kind].longest < 500 ? KNOWN[kind].longest : 500;
        uint32_t size = random_below(longest + 1);
        at[0] = KNOWN[kind].type;
        if (at[0] == FRAME_EXEC && random_below(4) != 0) {
            size = (uint32_t)random_exec(at + FRAME_HEADER, 500);
        } else {
            for (uint32_t i = 0; i < size; i++) {
                at[FRAME_HEADER + i] = (uint8_t)random_below(256);
            }
        }
        put_u32(at + 1, size);
        length += FRAME_HEADER + size;
    }
    return length;
}

static size_t damage(uint8_t *stream, size_t length) {
    for (uint32_t times = random_below(4); times > 0 && length > 1; times--) {
        size_t at = random_below((uint32_t)length);
        switch (random_below(4)) {
        case 0:
            stream[at] ^= (uint8_t)(1u << random_below(8));
            break;
        case 1:
            stream[at] = (uint8_t)random_below(256);
            break;
        case 2: /* a byte is lost */
            memmove(stream + at, stream + at + 1, length - at - 1);
            length--;
            break;
        default:
            length = at + 1;
        }
    }
    return length;
}

static void feed_randomStreams_seesWhatTheOtherParserSees(uint64_t rounds) {
    static uint8_t stream[8192];
    for (uint64_t round = 0; round < rounds; round++) {
        uint64_t state = random_state;
        size_t length = damage(stream, random_stream(stream, sizeof stream));
        compare(stream, length, random_piece, "random stream");
        REQUIRE(checks_failed == 0, "round %" PRIu64 ", state %" PRIu64, round, state);
    }
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: frames_test SEED ROUNDS\n");
        return 2;
    }
    random_state = strtoull(argv[1], NULL, 10) * 0x9E3779B97F4A7C15u + 1;
    numbers_anyValue_comeBack();
    feed_everyBoundary_seesTheSameFrames();
    feed_longestFrames_areTakenAndLongerOnesAreNot();
    feed_unknownTypes_areBroken();
    exec_wellFormed_isUnderstood();
    exec_malformed_isRefused();
    feed_randomStreams_seesWhatTheOtherParserSees(strtoull(argv[2], NULL, 10));
    return check_failures("frames");
}

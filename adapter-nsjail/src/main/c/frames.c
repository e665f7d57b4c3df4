/* The protocol with the server, without any system call. */
#include "sandbox.h"

#include <stdlib.h>
#include <string.h>

uint16_t get_u16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }
uint32_t get_u32(const uint8_t *at) { return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]; }
uint64_t get_u64(const uint8_t *at) { return (uint64_t)get_u32(at) << 32 | get_u32(at + 4); }
void put_u32(uint8_t *at, uint32_t value) {
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}
void put_u64(uint8_t *at, uint64_t value) {
    put_u32(at, (uint32_t)(value >> 32));
    put_u32(at + 4, (uint32_t)value);
}

/* Longest payload of a frame from the server, or 0 for a type that it never sends. One more than the longest, to tell 0 apart. */
static uint32_t longest_plus_one(uint8_t type) {
    switch (type) {
    case FRAME_PUT:
    case FRAME_GET:
        return 8192 + 1;
    case FRAME_PARK:
        return 64 + 1;
    case FRAME_DATA:
        return FRAME_DATA_MAX + 1;
    case FRAME_EXEC:
        return FRAME_CONTROL_MAX + 1;
    case FRAME_EOF:
    case FRAME_KILL:
    case FRAME_LIST:
        return 0 + 1;
    default:
        return 0;
    }
}

enum feed_result frame_feed(struct frame_reader *reader, const uint8_t **bytes, size_t *left) {
    if (reader->payload != NULL && reader->payload_have == reader->length) { /* the frame of the last call is used up */
        frame_reader_free(reader);
    }
    if (reader->header_have < FRAME_HEADER) {
        size_t take = FRAME_HEADER - reader->header_have;
        if (take > *left) {
            take = *left;
        }
        memcpy(reader->header + reader->header_have, *bytes, take);
        reader->header_have += take;
        *bytes += take;
        *left -= take;
        if (reader->header_have < FRAME_HEADER) {
            return FEED_MORE;
        }
        reader->length = get_u32(reader->header + 1);
        uint32_t bound = longest_plus_one(reader->header[0]);
        if (bound == 0 || reader->length >= bound) {
            return FEED_BROKEN;
        }
        reader->payload = malloc((size_t)reader->length + 1);
        if (reader->payload == NULL) {
            return FEED_BROKEN;
        }
        reader->payload[reader->length] = 0; /* so that names and strings end within it */
        reader->payload_have = 0;
    }
    if (reader->payload == NULL) { /* a broken frame stays broken */
        return FEED_BROKEN;
    }
    size_t take = reader->length - reader->payload_have;
    if (take > *left) {
        take = *left;
    }
    memcpy(reader->payload + reader->payload_have, *bytes, take);
    reader->payload_have += take;
    *bytes += take;
    *left -= take;
    return reader->payload_have == reader->length ? FEED_FRAME : FEED_MORE;
}

void frame_reader_free(struct frame_reader *reader) {
    free(reader->payload);
    memset(reader, 0, sizeof *reader);
}

bool parse_exec(uint8_t *payload, uint32_t length, struct exec_request *request) {
    const uint32_t fixed = 4 + 8 + 1 + 2 + 2;
    memset(request, 0, sizeof *request);
    if (length < fixed) {
        return false;
    }
    request->wall_ms = get_u32(payload);
    request->output_bytes = get_u64(payload + 4);
    request->stream_stdin = (payload[12] & EXEC_STREAM_STDIN) != 0;
    request->in_work_dir = (payload[12] & EXEC_IN_WORK_DIR) != 0;
    request->hand_over = (payload[12] & EXEC_HAND_OVER) != 0;
    request->ahead = (payload[12] & EXEC_AHEAD) != 0;
    size_t argc = get_u16(payload + 13);
    size_t envc = get_u16(payload + 15);
    if (argc == 0 || request->wall_ms == 0) {
        return false;
    }
    request->argv = calloc(argc + 1, sizeof(char *));
    request->envp = calloc(envc + 1, sizeof(char *));
    if (request->argv == NULL || request->envp == NULL) {
        exec_request_free(request);
        return false;
    }
    char *at = (char *)payload + fixed;
    const char *end = (const char *)payload + length;
    for (size_t i = 0; i < argc + envc; i++) {
        char *nul = at < end ? memchr(at, 0, (size_t)(end - at)) : NULL;
        if (nul == NULL) {
            exec_request_free(request);
            return false;
        }
        if (i < argc) {
            request->argv[i] = at;
        } else {
            request->envp[i - argc] = at;
        }
        at = nul + 1;
    }
    if (at != end) {
        exec_request_free(request);
        return false;
    }
    return true;
}

void exec_request_free(struct exec_request *request) {
    free(request->argv);
    free(request->envp);
    request->argv = NULL;
    request->envp = NULL;
}

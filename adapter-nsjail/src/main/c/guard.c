/*
 * Pid 1 of a run: takes orders from the server, starts the phases of the program, relays what they write, keeps their limits, and
 * ends everything in the run's pid namespace before it tells how a phase ended. One thread, one poll loop, no blocking send: a
 * server that does not read stops the program's output, never the clock.
 */
#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SEND_HIGH (256u << 10) /* pending bytes to the server above which nothing more is read from the program or a file */
#define STDIN_WINDOW (64u << 10)
#define CHUNK (64u << 10)
#define LIST_MAX 100000u

struct buffer {
    uint8_t *bytes;
    size_t begin, end, capacity;
};

/* A runtime that waits for its program, with the server's side of its descriptors; pid 0: none. */
struct waiting {
    pid_t pid;
    bool started_here; /* from its bootstrap, by an order; otherwise it is a copy of a zygote */
    bool ready;
    int control_fd;    /* its program is written here */
    int told_fd;       /* what it says; of a copy, the same descriptor */
    int out_fd, err_fd, in_fd;
};

struct guard {
    const struct guard_start *start;
    struct files files;
    struct frame_reader reader;
    struct buffer send; /* to the server */

    bool putting;
    struct put put;

    int get_fd; /* file on its way to the server, or -1 */

    struct waiting parked;
    int told_fd;       /* of a runtime that was given its program, until it has nothing more to say; or -1 */
    bool told_is_copy; /* it is a zygote's: its one word is the exit code */
    bool unbegun;      /* the phase ended before code of the program ran */
    pid_t child;       /* the phase that runs, or 0 */
    int out_fd, err_fd, in_fd, fault_fd, signal_fd;
    struct fault fault;
    size_t fault_have;
    int64_t deadline; /* monotonic ms */
    uint64_t output_left;
    enum end_reason reason;
    bool ending;      /* the phase is to be ended now */
    bool told;        /* the main process has said how it ends: wait_status holds it */
    bool early;       /* it is alone as well: nobody need be waited for */
    int wait_status;  /* of child, once reaped */
    bool reaped;
    struct buffer input; /* for the program's stdin */
    bool input_ended;
};

static _Noreturn void leave(int status) { _exit(status); }

_Noreturn void refuse(const struct fault *fault) {
    dprintf(2, "sandbox: %s: %s\n", fault->step, strerror(fault->error));
    leave(111);
}

static _Noreturn void broken(const char *what) {
    dprintf(2, "sandbox: protocol: %s\n", what);
    leave(112);
}

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- buffers ------------------------------------------------------------------------------------------------------------ */

static size_t pending(const struct buffer *b) { return b->end - b->begin; }

/* Room for `more` bytes at the end. Running out of memory ends the run: half a frame must never be sent. */
static uint8_t *reserve(struct buffer *b, size_t more) {
    if (b->begin == b->end) {
        b->begin = b->end = 0;
    }
    if (b->end + more > b->capacity) {
        if (b->begin > 0) {
            memmove(b->bytes, b->bytes + b->begin, pending(b));
            b->end -= b->begin;
            b->begin = 0;
        }
        if (b->end + more > b->capacity) {
            size_t capacity = b->capacity == 0 ? 4096 : b->capacity;
            while (capacity < b->end + more) {
                capacity *= 2;
            }
            uint8_t *grown = realloc(b->bytes, capacity);
            if (grown == NULL) {
                broken("out of memory");
            }
            b->bytes = grown;
            b->capacity = capacity;
        }
    }
    return b->bytes + b->end;
}

static void append(struct buffer *b, const void *bytes, size_t length) {
    memcpy(reserve(b, length), bytes, length);
    b->end += length;
}

static void send_frame(struct guard *g, uint8_t type, const void *payload, size_t length) {
    uint8_t header[FRAME_HEADER] = {type};
    put_u32(header + 1, (uint32_t)length);
    append(&g->send, header, sizeof header);
    append(&g->send, payload, length);
}

static void send_refusal(struct guard *g, int error, uint64_t size) {
    uint8_t payload[12];
    put_u32(payload, (uint32_t)error);
    put_u64(payload + 4, size);
    send_frame(g, FRAME_REFUSED, payload, sizeof payload);
}

static void flush_to_server(struct guard *g) {
    while (pending(&g->send) > 0) {
        ssize_t n = send(g->start->socket, g->send.bytes + g->send.begin, pending(&g->send), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            if (errno == EAGAIN) {
                return;
            }
            leave(0); /* the server is gone; as pid 1 we take the whole run with us */
        }
        g->send.begin += (size_t)n;
    }
}

/* ---- a phase ------------------------------------------------------------------------------------------------------------ */

static void close_fd(int *fd) {
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

int make_pipe(int ends[2], int program_end, uid_t uid) {
    if (pipe2(ends, O_CLOEXEC) != 0 || fchown(ends[program_end], uid, uid) != 0
        || fcntl(ends[1 - program_end], F_SETFL, O_NONBLOCK) != 0) {
        return -1;
    }
    return 0;
}

/* The child: becomes the program, or says through report_fd, which it loses by exec, why it cannot. */
static _Noreturn void child_main(const struct guard *g, const struct exec_request *request, const int stdio[3], const int *keep_fds,
                                 unsigned keep_count, int report_fd) {
    struct fault fault = {0};
    if (dup2(stdio[0], 0) != 0 || dup2(stdio[1], 1) != 1 || dup2(stdio[2], 2) != 2) {
        fault_set(&fault, "stdio");
    } else if (lock_down(&g->start->config, request->in_work_dir ? WORK_DIR : DATA_DIR, g->start->proc_fd, keep_fds, keep_count,
                         false, &fault)
               == 0) {
        report_fd = 2 + (int)keep_count; /* the last of those that were kept */
        if (request->ahead && (fcntl(3, F_SETFD, 0) != 0 || fcntl(4, F_SETFD, 0) != 0)) {
            fault_set(&fault, "descriptors");
        } else {
            execve(request->argv[0], request->argv, request->envp);
            fault_set(&fault, "exec ");
            strncat(fault.step, request->argv[0], sizeof fault.step - strlen(fault.step) - 1);
        }
    }
    ssize_t told = write(report_fd, &fault, sizeof fault);
    if (told != (ssize_t)sizeof fault) {
        told = write(2 + (int)keep_count, &fault, sizeof fault); /* lock_down may have moved it before it failed */
    }
    _exit(127);
}

static void begin_phase(struct guard *g, const struct exec_request *request) {
    g->fault_have = 0;
    g->reason = END_EXITED;
    g->ending = false;
    g->told = false;
    g->early = false;
    g->unbegun = false;
    g->reaped = false;
    g->input_ended = false;
    g->input.begin = g->input.end = 0;
    g->output_left = request->output_bytes;
    g->deadline = now_ms() + request->wall_ms;
}

/* The runtime that waits gets the request as it is, behind its length; it reads the arguments out of it itself. */
static void hand_over(struct guard *g, const struct exec_request *request, const uint8_t *payload, uint32_t length) {
    struct waiting *parked = &g->parked;
    if (parked->pid == 0 || (parked->started_here && !parked->ready)) {
        broken("nothing is parked");
    }
    g->child = parked->pid;
    g->told_fd = parked->told_fd;
    g->told_is_copy = !parked->started_here;
    g->out_fd = parked->out_fd;
    g->err_fd = parked->err_fd;
    g->in_fd = parked->in_fd;
    if (!request->stream_stdin) {
        close_fd(&g->in_fd);
    }
    uint8_t header[4];
    put_u32(header, length);
    const struct iovec parts[2] = {{header, sizeof header}, {(void *)(uintptr_t)payload, length}};
    /* the kernel's buffer holds less than the longest request; the runtime reads at once, since it waits for nothing else */
    bool alive = true;
    for (size_t i = 0; alive && i < 2; i++) {
        for (size_t at = 0; alive && at < parts[i].iov_len;) {
            ssize_t n = write(parked->control_fd, (const uint8_t *)parts[i].iov_base + at, parts[i].iov_len - at);
            alive = n >= 0 || errno == EINTR; /* if it is dead, that is told as the end of the program */
            at += n > 0 ? (size_t)n : 0;
        }
    }
    if (parked->control_fd != parked->told_fd) {
        close(parked->control_fd);
    }
    parked->pid = 0;
}

static void start_child(struct guard *g, const struct exec_request *request, pid_t *child, const int stdio[3], const int *keep_fds,
                        unsigned keep_count) {
    *child = fork();
    if (*child < 0) {
        struct fault f;
        fault_set(&f, "fork");
        refuse(&f);
    }
    if (*child == 0) {
        child_main(g, request, stdio, keep_fds, keep_count, keep_fds[keep_count - 1]);
    }
    for (int i = 0; i < 3; i++) {
        close(stdio[i]);
    }
    for (unsigned i = 0; i < keep_count; i++) {
        close(keep_fds[i]);
    }
}

/* Starts a runtime whose program will come later. */
static void start_ahead(struct guard *g, const struct exec_request *request) {
    const uid_t uid = g->start->config.uid;
    int in[2], out[2], err[2], control[2], told[2];
    if (make_pipe(in, 0, uid) != 0 || make_pipe(out, 1, uid) != 0 || make_pipe(err, 1, uid) != 0
        || make_pipe(control, 0, uid) != 0 || make_pipe(told, 1, uid) != 0 || fcntl(control[1], F_SETFL, 0) != 0) {
        struct fault f;
        fault_set(&f, "pipes");
        refuse(&f);
    }
    g->parked = (struct waiting){.started_here = true,
                                 .control_fd = control[1],
                                 .told_fd = told[0],
                                 .out_fd = out[0],
                                 .err_fd = err[0],
                                 .in_fd = in[1]};
    const int stdio[3] = {in[0], out[1], err[1]};
    const int keep[2] = {control[0], told[1]};
    start_child(g, request, &g->parked.pid, stdio, keep, 2);
}

static void start_phase(struct guard *g, uint8_t *payload, uint32_t length) {
    struct exec_request request;
    if (g->child != 0 || g->putting || g->get_fd >= 0 || !parse_exec(payload, length, &request)) {
        broken("exec");
    }
    if (request.ahead) {
        if (g->parked.pid != 0 || request.hand_over) {
            broken("a runtime is parked");
        }
        start_ahead(g, &request);
        exec_request_free(&request);
        return;
    }
    if (request.hand_over) {
        begin_phase(g, &request);
        hand_over(g, &request, payload, length);
        exec_request_free(&request);
        return;
    }
    if (g->parked.pid != 0 && !g->parked.started_here) { /* its guard has no capability to start anything else */
        broken("a copy is parked");
    }
    const uid_t uid = g->start->config.uid;
    int in[2] = {-1, -1}, out[2], err[2], fault[2];
    bool ready = request.stream_stdin ? make_pipe(in, 0, uid) == 0 : (in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;
    if (!ready || make_pipe(out, 1, uid) != 0 || make_pipe(err, 1, uid) != 0 || pipe2(fault, O_CLOEXEC | O_NONBLOCK) != 0) {
        struct fault f;
        fault_set(&f, "pipes");
        refuse(&f);
    }
    g->out_fd = out[0];
    g->err_fd = err[0];
    g->in_fd = in[1];
    g->fault_fd = fault[0];
    begin_phase(g, &request);
    const int stdio[3] = {in[0], out[1], err[1]};
    start_child(g, &request, &g->child, stdio, &fault[1], 1);
    exec_request_free(&request);
}

/* Reads what the program wrote into frames. Returns false at the end of the stream, or when nothing is there now. */
static bool relay(struct guard *g, int *fd, uint8_t type) {
    uint8_t *frame = reserve(&g->send, FRAME_HEADER + CHUNK);
    ssize_t n = read(*fd, frame + FRAME_HEADER, CHUNK);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return false;
    }
    if (n <= 0) {
        close_fd(fd);
        return false;
    }
    if ((uint64_t)n > g->output_left) { /* the first bytes beyond the limit end the program */
        n = (ssize_t)g->output_left;
        g->reason = g->ending ? g->reason : END_OUTPUT;
        g->ending = true;
    }
    if (n > 0) {
        frame[0] = type;
        put_u32(frame + 1, (uint32_t)n);
        g->send.end += FRAME_HEADER + (size_t)n;
        g->output_left -= (uint64_t)n;
    }
    return true;
}

static void feed_stdin(struct guard *g) {
    size_t taken = 0;
    while (pending(&g->input) > 0 && g->in_fd >= 0) {
        ssize_t n = write(g->in_fd, g->input.bytes + g->input.begin, pending(&g->input));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            break;
        }
        if (n < 0) { /* nobody reads any more: the rest is dropped */
            close_fd(&g->in_fd);
            break;
        }
        g->input.begin += (size_t)n;
        taken += (size_t)n;
    }
    if (g->in_fd < 0) {
        taken += pending(&g->input);
        g->input.begin = g->input.end = 0;
    }
    if (taken > 0) {
        uint8_t credit[4];
        put_u32(credit, (uint32_t)taken);
        send_frame(g, FRAME_CREDIT, credit, sizeof credit);
    }
    if (g->input_ended && pending(&g->input) == 0) {
        close_fd(&g->in_fd);
    }
}

/* What a runtime says while it has no program yet. */
static void hear_waiting(struct guard *g) {
    uint8_t said[sizeof(struct fault) + 1];
    ssize_t n = read(g->parked.told_fd, said, sizeof said);
    if (n == 1 && said[0] == RUNTIME_READY && !g->parked.ready) {
        g->parked.ready = true;
        send_frame(g, FRAME_READY, "", 0);
    } else if (n == (ssize_t)sizeof(struct fault)) {
        struct fault fault;
        memcpy(&fault, said, sizeof fault);
        fault.step[sizeof fault.step - 1] = 0;
        refuse(&fault);
    } else if (n >= 0) {
        uint8_t words[512];
        ssize_t length = read(g->parked.err_fd, words, sizeof words);
        dprintf(2, "sandbox: runtime: %.*s\n", length > 0 ? (int)length : 0, (const char *)words);
        broken("the runtime did not wait");
    }
}

static void reap(struct guard *g, int options) {
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, options)) > 0 || (pid < 0 && errno == EINTR)) {
        if (pid == g->child) {
            g->wait_status = g->told ? g->wait_status : status;
            g->reaped = true;
            g->ending = true;
        } else if (pid == g->parked.pid) {
            hear_waiting(g); /* why it could not start */
            broken("the parked runtime ended");
        }
    }
}

static void read_fault(struct guard *g) {
    if (g->fault_fd < 0) {
        return;
    }
    ssize_t n;
    while (g->fault_have < sizeof g->fault
           && (n = read(g->fault_fd, (uint8_t *)&g->fault + g->fault_have, sizeof g->fault - g->fault_have)) > 0) {
        g->fault_have += (size_t)n;
    }
}

static void send_end(struct guard *g) {
    if (g->fault_have == sizeof g->fault) {
        uint8_t payload[4 + sizeof g->fault.step];
        g->fault.step[sizeof g->fault.step - 1] = 0;
        size_t length = strlen(g->fault.step);
        put_u32(payload, (uint32_t)g->fault.error);
        memcpy(payload + 4, g->fault.step, length);
        send_frame(g, FRAME_FAULT, payload, 4 + length);
        return;
    }
    uint8_t payload[11];
    payload[0] = (uint8_t)g->reason;
    put_u32(payload + 1, WIFEXITED(g->wait_status) ? (uint32_t)WEXITSTATUS(g->wait_status) : UINT32_MAX);
    put_u32(payload + 5, WIFSIGNALED(g->wait_status) ? (uint32_t)WTERMSIG(g->wait_status) : 0);
    payload[9] = files_disk_full(&g->files);
    payload[10] = g->unbegun;
    send_frame(g, FRAME_END, payload, sizeof payload);
}

/* The processes of this pid namespace but us and the runtime that waits: how many there are; killed with a signal that is not 0. */
static int others(const struct guard *g, int signal_number) {
    int fd = openat(g->start->proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    if (directory == NULL) {
        return -1;
    }
    int count = 0;
    struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid > 1 && pid != g->parked.pid) {
            count++;
            if (signal_number != 0) {
                kill(pid, signal_number);
            }
        }
    }
    closedir(directory);
    return count;
}

/*
 * A copy of a zygote says how its program ended before it exits: taking down the memory it shares with the others costs it
 * milliseconds that nobody needs to wait for. Saying so falsely ends the liar's own run. A runtime that was started ahead says that
 * the program begins, before any code of the program runs, and is not listened to after that.
 */
static void hear_runtime(struct guard *g) {
    uint8_t word;
    ssize_t n = read(g->told_fd, &word, 1);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (n == 1 && (g->told_is_copy || word != RUNTIME_BEGINS)) {
        g->wait_status = word << 8;
        g->told = true;
        g->unbegun = !g->told_is_copy;
        g->early = others(g, 0) == 1;
        g->ending = true;
    }
    close_fd(&g->told_fd);
}

/* Ends what a compiler has left while a runtime waits: it alone must go on. */
static void end_others(struct guard *g) {
    for (int round = 0; others(g, SIGKILL) > 0; round++) {
        if (round == 1000) {
            broken("a compiler does not end");
        }
        reap(g, WNOHANG);
        const struct timespec pause = {0, 200000};
        nanosleep(&pause, NULL);
    }
    reap(g, WNOHANG);
}

/* Ends every process of the run, takes what is still in the pipes, and tells how the phase ended. */
static void end_phase(struct guard *g) {
    if (g->parked.pid != 0) {
        end_others(g);
    } else {
        kill(-1, SIGKILL); /* as pid 1: everybody in this pid namespace but us; ESRCH when there is nobody left */
        if (!g->early) {
            reap(g, 0); /* until nobody is left, so that nothing changes any more after END */
        }
    }
    if (!g->reaped && !g->early) {
        broken("child lost");
    }
    if (g->told_fd >= 0 && !g->told_is_copy) {
        hear_runtime(g); /* its last word may have come with its end */
    }
    if (g->out_fd >= 0) {
        while (relay(g, &g->out_fd, FRAME_STDOUT)) {
        }
    }
    if (g->err_fd >= 0) {
        while (relay(g, &g->err_fd, FRAME_STDERR)) {
        }
    }
    read_fault(g);
    send_end(g);
    close_fd(&g->out_fd);
    close_fd(&g->err_fd);
    close_fd(&g->in_fd);
    close_fd(&g->fault_fd);
    close_fd(&g->told_fd);
    g->child = 0;
}

/* ---- orders ------------------------------------------------------------------------------------------------------------- */

static void finish_put(struct guard *g) {
    int error_before = g->put.error;
    put_finish(&g->files, &g->put);
    int error = error_before != 0 ? error_before : g->put.error;
    g->putting = false;
    if (error != 0) {
        send_refusal(g, error, 0);
    } else {
        send_frame(g, FRAME_DONE, "", 0);
    }
}

static void start_put(struct guard *g, const uint8_t *payload, uint32_t length) {
    const uint32_t fixed = 1 + 1 + 8;
    if (g->child != 0 || g->putting || g->get_fd >= 0 || length <= fixed || payload[0] > TARGET_WORK
        || strlen((const char *)payload + fixed) != length - fixed) {
        broken("put");
    }
    put_begin(&g->files, &g->put, payload[0], payload[1], get_u64(payload + 2), (const char *)payload + fixed);
    g->putting = true;
    if (g->put.left == 0) {
        finish_put(g);
    }
}

static void take_data(struct guard *g, const uint8_t *payload, uint32_t length) {
    if (g->putting) {
        put_bytes(&g->put, payload, length);
        if (g->put.left == 0) {
            finish_put(g);
        }
    } else if (g->child != 0) {
        if (pending(&g->input) + length > STDIN_WINDOW) {
            broken("stdin window");
        }
        append(&g->input, payload, length);
        feed_stdin(g);
    } /* else: the program has ended while input was on its way */
}

struct list_context {
    struct guard *guard;
};

static void send_entry(void *context, const char *name, uint64_t size, bool untouched) {
    struct guard *g = ((struct list_context *)context)->guard;
    uint8_t payload[1 + 8 + 4096];
    size_t length = strnlen(name, 4096);
    payload[0] = untouched;
    put_u64(payload + 1, size);
    memcpy(payload + 9, name, length);
    send_frame(g, FRAME_ENTRY, payload, 9 + length);
    while (pending(&g->send) >= SEND_HIGH) { /* no program runs, so no clock is kept waiting; names may be more than our memory */
        struct pollfd server = {g->start->socket, POLLOUT, 0};
        if (poll(&server, 1, -1) < 0 && errno != EINTR) {
            broken("poll");
        }
        flush_to_server(g);
    }
}

static void list(struct guard *g) {
    if (g->child != 0 || g->putting || g->get_fd >= 0) {
        broken("list");
    }
    struct list_context context = {g};
    uint8_t cut = files_list(&g->files, LIST_MAX, send_entry, &context);
    send_frame(g, FRAME_LIST_END, &cut, 1);
}

static void start_get(struct guard *g, const uint8_t *payload, uint32_t length) {
    const uint32_t fixed = 1 + 8;
    if (g->child != 0 || g->putting || g->get_fd >= 0 || length <= fixed || payload[0] > TARGET_WORK
        || strlen((const char *)payload + fixed) != length - fixed) {
        broken("get");
    }
    uint64_t size = 0;
    int fd = files_open_regular(&g->files, payload[0], (const char *)payload + fixed, &size);
    if (fd < 0) {
        send_refusal(g, errno, 0);
    } else if (size > get_u64(payload + 1)) {
        close(fd);
        send_refusal(g, EFBIG, size);
    } else {
        g->get_fd = fd;
    }
}

/* Sends the next piece of the file that was asked for. */
static void continue_get(struct guard *g) {
    uint8_t *frame = reserve(&g->send, FRAME_HEADER + CHUNK);
    ssize_t n = read(g->get_fd, frame + FRAME_HEADER, CHUNK);
    if (n < 0 && errno == EINTR) {
        return;
    }
    if (n > 0) {
        frame[0] = FRAME_FILE;
        put_u32(frame + 1, (uint32_t)n);
        g->send.end += FRAME_HEADER + (size_t)n;
        return;
    }
    int error = errno;
    close_fd(&g->get_fd);
    if (n < 0) {
        send_refusal(g, error, 0);
    } else {
        send_frame(g, FRAME_DONE, "", 0);
    }
}

static void obey(struct guard *g) {
    uint8_t *payload = g->reader.payload;
    uint32_t length = g->reader.length;
    switch (g->reader.header[0]) {
    case FRAME_PUT:
        start_put(g, payload, length);
        break;
    case FRAME_DATA:
        take_data(g, payload, length);
        break;
    case FRAME_EXEC:
        start_phase(g, payload, length);
        break;
    case FRAME_EOF:
        g->input_ended = true;
        feed_stdin(g);
        break;
    case FRAME_KILL:
        if (g->child != 0 && !g->ending) {
            g->reason = END_KILLED;
            g->ending = true;
        }
        break;
    case FRAME_LIST:
        list(g);
        break;
    case FRAME_GET:
        start_get(g, payload, length);
        break;
    default:
        broken("type");
    }
}

static void hear_server(struct guard *g) {
    static uint8_t bytes[FRAME_DATA_MAX];
    ssize_t n = recv(g->start->socket, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (n <= 0) {
        leave(0);
    }
    const uint8_t *at = bytes;
    size_t left = (size_t)n;
    for (;;) {
        enum feed_result result = frame_feed(&g->reader, &at, &left);
        if (result == FEED_BROKEN) {
            broken("frame");
        }
        if (result == FEED_MORE) {
            return;
        }
        obey(g);
        if (left == 0 && g->reader.payload == NULL) {
            return;
        }
        if (left == 0) {
            frame_reader_free(&g->reader);
            return;
        }
    }
}

/* ---- the loop ----------------------------------------------------------------------------------------------------------- */

static int remaining_ms(const struct guard *g) {
    if (g->child == 0) {
        return -1;
    }
    int64_t left = g->deadline - now_ms();
    return left <= 0 ? 0 : left > 3600000 ? 3600000 : (int)left;
}

static void one_round(struct guard *g) {
    enum { SERVER, OUT, ERR, IN, SIGNALS, RUNTIME, WAITING, COUNT };
    bool room = pending(&g->send) < SEND_HIGH;
    if (g->get_fd >= 0 && room) {
        continue_get(g);
        flush_to_server(g);
    }
    struct pollfd polled[COUNT] = {
        [SERVER] = {g->start->socket, (short)((g->get_fd < 0 ? POLLIN : 0) | (pending(&g->send) > 0 ? POLLOUT : 0)), 0},
        [OUT] = {room ? g->out_fd : -1, POLLIN, 0},
        [ERR] = {room ? g->err_fd : -1, POLLIN, 0},
        [IN] = {pending(&g->input) > 0 ? g->in_fd : -1, POLLOUT, 0},
        [SIGNALS] = {g->signal_fd, POLLIN, 0},
        [RUNTIME] = {g->told_fd, POLLIN, 0},
        [WAITING] = {g->parked.pid != 0 && g->parked.started_here ? g->parked.told_fd : -1, POLLIN, 0},
    };
    int timeout = g->get_fd >= 0 && pending(&g->send) < SEND_HIGH ? 0 : remaining_ms(g);
    int ready = poll(polled, COUNT, timeout);
    if (ready < 0 && errno != EINTR) {
        broken("poll");
    }
    if (polled[OUT].revents != 0) {
        relay(g, &g->out_fd, FRAME_STDOUT);
    }
    if (polled[ERR].revents != 0) {
        relay(g, &g->err_fd, FRAME_STDERR);
    }
    if (polled[IN].revents != 0) {
        feed_stdin(g);
    }
    if (polled[RUNTIME].revents != 0) {
        hear_runtime(g);
    }
    if (polled[WAITING].revents != 0) {
        hear_waiting(g);
    }
    if (polled[SIGNALS].revents != 0) {
        struct signalfd_siginfo info;
        while (read(g->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        }
        reap(g, WNOHANG);
    }
    if ((polled[SERVER].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
        hear_server(g);
    }
    if (g->child != 0 && !g->ending && remaining_ms(g) == 0) {
        g->reason = END_TIMED_OUT;
        g->ending = true;
    }
    if (g->child != 0 && g->ending) {
        end_phase(g);
    }
    flush_to_server(g);
}

_Noreturn void guard_serve(const struct guard_start *start) {
    static struct guard g;
    g = (struct guard){.start = start, .get_fd = -1, .out_fd = -1, .err_fd = -1, .in_fd = -1, .fault_fd = -1, .told_fd = -1};
    if (start->parked != 0) {
        g.parked = (struct waiting){.pid = start->parked,
                                    .control_fd = start->parked_fd,
                                    .told_fd = start->parked_fd,
                                    .out_fd = start->out_fd,
                                    .err_fd = start->err_fd,
                                    .in_fd = start->in_fd};
    }
    struct fault fault;
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &mask, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR
        || (g.signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK)) < 0) {
        fault_set(&fault, "guard: signals");
        refuse(&fault);
    }
    if (files_open(&g.files, start->config.uid, &fault) != 0 || restrict_guard(start->parked == 0, &fault) != 0) {
        refuse(&fault);
    }
    uint8_t hello[8];
    put_u32(hello, PROTOCOL_VERSION);
    put_u32(hello + 4, start->config.slot);
    send_frame(&g, FRAME_HELLO, hello, sizeof hello);
    flush_to_server(&g);
    for (;;) {
        one_round(&g);
    }
}

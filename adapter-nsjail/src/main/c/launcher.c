/*
 * Parks runs ahead of their programs, inside one long-lived nsjail. The server says for which slot; from then on the server talks to
 * the run's guard alone, and hears from here only when the guard is gone.
 *
 * The parent of a run must be single-threaded and is never in the run's namespaces: the next child is put into a new pid namespace by
 * unshare, and setns leads back, since a second unshare without it would fail (pid_namespaces(7)).
 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_SLOTS 1024

struct launcher {
    char *const *entrances;
    const struct fork_hooks *hooks; /* null for a plain launcher */
    int socket;
    int signal_fd;
    int own_pid_namespace;
    int program_fd; /* this module's own program, for the guard of a copy */
    pid_t guards[MAX_SLOTS];
    struct frame_reader reader;
};

static struct launcher launcher;

int connect_server(struct fault *fault) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return FAULT(fault, "socket");
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, CONTROL_SOCKET, sizeof address.sun_path - 1);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        return FAULT(fault, "connect");
    }
    return fd;
}

/* Blocks; the server reads what it is told here. */
static void tell(uint8_t type, const uint8_t *payload, size_t length) {
    uint8_t frame[FRAME_HEADER + 16];
    frame[0] = type;
    put_u32(frame + 1, (uint32_t)length);
    memcpy(frame + FRAME_HEADER, payload, length);
    size_t total = FRAME_HEADER + length;
    for (size_t at = 0; at < total;) {
        ssize_t n = send(launcher.socket, frame + at, total - at, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR) {
            _exit(0); /* no server, no runs */
        }
        at += n > 0 ? (size_t)n : 0;
    }
}

/* Joins the slot's cgroups. A process that moves itself needs no system-wide lock. */
static int join_cgroups(uint32_t slot, struct fault *fault) {
    for (char *const *pattern = launcher.entrances; *pattern != NULL; pattern++) {
        char path[256];
        const char *place = strstr(*pattern, "%u");
        if (place == NULL
            || snprintf(path, sizeof path, "%.*s%u%s", (int)(place - *pattern), *pattern, slot, place + 2) >= (int)sizeof path) {
            errno = EINVAL;
            return FAULT(fault, "cgroup pattern");
        }
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, "0", 1) != 1) {
            return FAULT(fault, "join cgroup");
        }
        close(fd);
    }
    return 0;
}

/* Everything of a run that comes before its program, in pid 1 of its pid namespace. */
static void build(struct guard_start *start, struct fault *fault) {
    start->socket = connect_server(fault);
    if (start->socket < 0 || join_cgroups(start->config.slot, fault) != 0
        || enter_run(&start->config, &start->proc_fd, fault) != 0) {
        refuse(fault);
    }
}

/* The copy of a runtime: takes its descriptors and gives up everything else. Returns to the runtime. */
static void become_copy(const struct guard_start *start, int control, int in, int out, int err) {
    struct fault fault;
    sigset_t none;
    sigemptyset(&none);
    if (dup2(in, 0) != 0 || dup2(out, 1) != 1 || dup2(err, 2) != 2 || sigprocmask(SIG_SETMASK, &none, NULL) != 0) {
        fault_set(&fault, "copy: stdio");
        refuse(&fault);
    }
    if (lock_down(&start->config, DATA_DIR, start->proc_fd, &control, 1, true, &fault) != 0) {
        _exit(113); /* stderr is the program's already */
    }
}

enum { SOCKET, PROC, SLOT, UID, FILE_SIZE, PROCESSES, PARKED, CONTROL, OUT, ERR, IN, WORDS };

/*
 * In the vfork child, which shares the runtime's memory while the runtime sleeps: builds the run, forks the copy (the one copy of the
 * runtime's memory that a run costs), then execs the guard, which so has fresh memory of its own. Returns in the copy only.
 */
static void vfork_child(struct guard_start *start) {
    struct fault fault;
    build(start, &fault);
    int control[2], in[2], out[2], err[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) != 0 || make_pipe(in, 0, start->config.uid) != 0
        || make_pipe(out, 1, start->config.uid) != 0 || make_pipe(err, 1, start->config.uid) != 0) {
        fault_set(&fault, "copy: pipes");
        refuse(&fault);
    }
    pid_t copy = fork();
    if (copy < 0) {
        fault_set(&fault, "copy: fork");
        refuse(&fault);
    }
    if (copy == 0) {
        become_copy(start, control[1], in[0], out[1], err[1]);
        return;
    }
    const long long values[WORDS] = {
        [SOCKET] = start->socket, [PROC] = start->proc_fd, [SLOT] = start->config.slot, [UID] = start->config.uid,
        [FILE_SIZE] = (long long)start->config.file_size, [PROCESSES] = start->config.processes, [PARKED] = copy,
        [CONTROL] = control[0], [OUT] = out[0], [ERR] = err[0], [IN] = in[1]};
    static char text[WORDS][24];
    static char *words[WORDS + 3];
    words[0] = "sandbox-init";
    words[1] = "guard";
    for (int i = 0; i < WORDS; i++) {
        snprintf(text[i], sizeof text[i], "%lld", values[i]);
        words[i + 2] = text[i];
    }
    words[WORDS + 2] = NULL;
    const int kept[] = {start->socket, start->proc_fd, control[0], out[0], err[0], in[1]};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (fcntl(kept[i], F_SETFD, 0) != 0) {
            fault_set(&fault, "copy: descriptors");
            refuse(&fault);
        }
    }
    char *const nothing[] = {NULL};
    syscall(SYS_execveat, launcher.program_fd, "", words, nothing, AT_EMPTY_PATH);
    fault_set(&fault, "copy: exec guard");
    refuse(&fault);
}

int guard_continue(char *const *words) {
    static struct guard_start start;
    long long values[WORDS];
    for (int i = 0; i < WORDS; i++) {
        if (words[i] == NULL) {
            return 2;
        }
        values[i] = strtoll(words[i], NULL, 10);
    }
    start = (struct guard_start){
        .socket = (int)values[SOCKET],
        .proc_fd = (int)values[PROC],
        .config = {.slot = (uint32_t)values[SLOT], .uid = (uid_t)values[UID], .file_size = (uint64_t)values[FILE_SIZE],
                   .processes = (unsigned)values[PROCESSES]},
        .parked = (pid_t)values[PARKED],
        .parked_fd = (int)values[CONTROL],
        .out_fd = (int)values[OUT],
        .err_fd = (int)values[ERR],
        .in_fd = (int)values[IN],
    };
    const int inherited[] = {start.socket, start.proc_fd, start.parked_fd, start.out_fd, start.err_fd, start.in_fd};
    for (size_t i = 0; i < sizeof inherited / sizeof *inherited; i++) {
        if (fcntl(inherited[i], F_SETFD, FD_CLOEXEC) != 0) {
            return 2;
        }
    }
    guard_serve(&start);
}

/* A second thread would be lost in a copy, with whatever lock it held. */
static void require_single_thread(void) {
    char text[1024];
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = 0;
    const char *at = strrchr(text, ')'); /* the name may hold anything */
    long threads = -1;
    /* state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime cutime cstime priority nice num_threads */
    if (at != NULL) {
        sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld", &threads);
    }
    if (threads != 1) {
        struct fault fault = {.error = EBUSY};
        snprintf(fault.step, sizeof fault.step, "runtime has %ld threads", threads);
        refuse(&fault);
    }
}

/* Returns true in a copy. */
static bool park(const uint8_t *payload, uint32_t length) {
    static struct guard_start start; /* static: a vfork child uses it while we sleep */
    if (length != 4 + 4 + 8 + 4 + 8 + 8 + 8 || get_u32(payload) >= MAX_SLOTS || launcher.guards[get_u32(payload)] != 0) {
        struct fault fault = {.error = EINVAL, .step = "park"};
        refuse(&fault);
    }
    start = (struct guard_start){
        .config = {.slot = get_u32(payload),
                   .uid = get_u32(payload + 4),
                   .file_size = get_u64(payload + 8),
                   .processes = get_u32(payload + 16),
                   .temporary_bytes = get_u64(payload + 20),
                   .data_bytes = get_u64(payload + 28),
                   .inodes = get_u64(payload + 36)},
    };
    struct fault fault;
    if (unshare(CLONE_NEWPID) != 0) {
        fault_set(&fault, "park: pid namespace");
        refuse(&fault);
    }
    pid_t guard;
    if (launcher.hooks == NULL) {
        guard = fork();
        if (guard == 0) {
            close(launcher.socket);
            close(launcher.signal_fd);
            build(&start, &fault);
            guard_serve(&start);
        }
    } else {
        require_single_thread();
        launcher.hooks->before();
        guard = vfork();
        if (guard == 0) {
            vfork_child(&start);
            launcher.hooks->in_child();
            return true;
        }
        launcher.hooks->in_parent();
    }
    if (guard < 0 || setns(launcher.own_pid_namespace, CLONE_NEWPID) != 0) {
        fault_set(&fault, "park: fork");
        refuse(&fault);
    }
    launcher.guards[start.config.slot] = guard;
    return false;
}

static void reap_guards(void) {
    struct signalfd_siginfo info;
    while (read(launcher.signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
    }
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (uint32_t slot = 0; slot < MAX_SLOTS; slot++) {
            if (launcher.guards[slot] == pid) {
                launcher.guards[slot] = 0;
                uint8_t payload[8];
                put_u32(payload, slot);
                put_u32(payload + 4, (uint32_t)status);
                tell(FRAME_REAPED, payload, sizeof payload);
            }
        }
    }
}

/* Returns true in a copy. */
static bool hear_orders(void) {
    uint8_t bytes[4096];
    ssize_t n = recv(launcher.socket, bytes, sizeof bytes, 0);
    if (n < 0 && errno == EINTR) {
        return false;
    }
    if (n <= 0) {
        _exit(0); /* no server, no runs: all of this jail ends with its pid 1 */
    }
    const uint8_t *at = bytes;
    size_t left = (size_t)n;
    enum feed_result result;
    while ((result = frame_feed(&launcher.reader, &at, &left)) == FEED_FRAME) {
        if (launcher.reader.header[0] != FRAME_PARK) {
            result = FEED_BROKEN;
            break;
        }
        if (park(launcher.reader.payload, launcher.reader.length)) {
            return true;
        }
        frame_reader_free(&launcher.reader);
        if (left == 0) {
            return false;
        }
    }
    if (result == FEED_BROKEN) {
        struct fault fault = {.error = EPROTO, .step = "launcher: order"};
        refuse(&fault);
    }
    return false;
}

static void start_launcher(char *const *entrances, const struct fork_hooks *hooks) {
    struct fault fault;
    launcher.entrances = entrances;
    launcher.hooks = hooks;
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    if (seal_flags(&fault) != 0) {
        refuse(&fault);
    }
    launcher.own_pid_namespace = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
    launcher.program_fd = open("/sandbox-init", O_PATH | O_CLOEXEC);
    launcher.signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    if (launcher.own_pid_namespace < 0 || launcher.program_fd < 0 || launcher.signal_fd < 0
        || sigprocmask(SIG_BLOCK, &mask, NULL) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        fault_set(&fault, "launcher: start");
        refuse(&fault);
    }
    launcher.socket = connect_server(&fault);
    if (launcher.socket < 0) {
        refuse(&fault);
    }
    uint8_t version[4];
    put_u32(version, PROTOCOL_VERSION);
    tell(FRAME_LAUNCHER, version, sizeof version);
}

int launcher_serve(char *const *entrances, const struct fork_hooks *hooks) {
    start_launcher(entrances, hooks);
    for (;;) {
        struct pollfd polled[2] = {{launcher.socket, POLLIN, 0}, {launcher.signal_fd, POLLIN, 0}};
        if (poll(polled, 2, -1) < 0 && errno != EINTR) {
            struct fault fault;
            fault_set(&fault, "launcher: poll");
            refuse(&fault);
        }
        if (polled[1].revents != 0) {
            reap_guards();
        }
        if (polled[0].revents != 0 && hear_orders()) {
            return 0;
        }
    }
}

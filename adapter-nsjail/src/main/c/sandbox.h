/*
 * What the native part of a sandbox consists of. It runs inside nsjail, as root of the jail's own user namespace, and has three
 * jobs: build the walls of one run (isolate.c, lockdown.c, seccomp.c), watch over the run as its pid 1 (guard.c, frames.c), and
 * carry files in and out without ever following a link (files.c). Nothing here trusts what untrusted code can write.
 *
 * Every system call is checked; whatever fails while walls are built ends the run before a byte of user code is executed.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#define _GNU_SOURCE
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ---- limits and places of one run ------------------------------------------------------------------------------------- */

#define DATA_DIR "/mnt/data" /* working directory of the program */
#define WORK_DIR "/tmp/code" /* sources and compiled programs */
#define CONTROL_SOCKET "/ctl/s"

struct run_config {
    uint32_t slot;      /* which of the server's slots this run has; SLOT_NONE in an nsjail of its own */
    uid_t uid;          /* of the program, inside the jail; its gid is the same number */
    uint64_t file_size; /* RLIMIT_FSIZE, bytes */
    uint64_t temporary_bytes, data_bytes, inodes; /* of the file systems, where the launcher makes them */
    unsigned processes; /* the cgroup counts; RLIMIT_NPROC is a second, wider limit, so that the first is the one that is met */
};

#define SLOT_NONE UINT32_MAX

/* ---- lockdown.c: what the program's process gives up before exec -------------------------------------------------------- */

/* Where a step failed: told through a pipe, since the program's own output must stay the program's. */
struct fault {
    int error;      /* errno */
    char step[60];  /* what was tried */
};

/*
 * Turns the calling process into the one that will exec the program: own session, limits, no capability, run uid, no new
 * privileges, seccomp, working directory; then reads the result back from /proc/self/status and compares it. Descriptors 0 to 2 are kept,
 * keep_fds (keep_count of them, at most KEPT_MAX) become 3 and the numbers after it and are closed by exec, all others are closed.
 * keep_signals leaves handlers as they are, for a runtime that has set up its own. proc_fd is an O_PATH descriptor of a writable
 * /proc. Returns 0, or -1 with *fault filled.
 */
int lock_down(const struct run_config *config, const char *directory, int proc_fd, const int *keep_fds, unsigned keep_count,
              bool keep_signals, struct fault *fault);

#define KEPT_MAX 2u

/* Writes text to a file that exists, path being relative to directory. Returns 0 or -1 with errno. */
int write_text(int directory, const char *path, const char *text);

/* Reduces the guard's own capabilities to those it needs for its work. Returns 0 or -1 with *fault filled. */
int restrict_guard(bool starts_programs, struct fault *fault);

/* ---- seccomp.c ---------------------------------------------------------------------------------------------------------- */

/* Installs the allow-list filter in the calling thread. Returns 0 or -1 with errno. */
int install_seccomp(void);

/* ---- isolate.c ---------------------------------------------------------------------------------------------------------- */

/*
 * Finishes the walls of the mount namespace the caller is in: private propagation, nosuid and nodev everywhere, a read-only
 * /proc that hides other processes, control directories detached. *proc_fd becomes an O_PATH descriptor of a writable /proc of
 * the same pid namespace, reachable by no path. Returns 0 or -1 with *fault filled.
 */
int seal_mounts(int *proc_fd, struct fault *fault);

/* nosuid and nodev for every mount that is there now, but for the devices the jail has on purpose. Returns 0 or -1. */
int seal_flags(struct fault *fault);

/*
 * Builds the walls of one run inside a jail that serves many: new mount, ipc, uts, cgroup and net namespaces, own file systems, own
 * /proc, nothing of the jail's control directories. The caller is pid 1 of a new pid namespace. Returns 0 or -1 with *fault filled.
 */
int enter_run(const struct run_config *config, int *proc_fd, struct fault *fault);

/* ---- launcher.c ---------------------------------------------------------------------------------------------------------- */

/* What a runtime that is forked has to do around a fork; all null for a plain launcher. */
struct fork_hooks {
    void (*before)(void);
    void (*in_parent)(void);
    void (*in_child)(void);
};

/*
 * Parks runs as the server orders, for as long as the server lives. With hooks, a run is a guard and a copy of this process, and the
 * call returns 0 in each copy, locked down, with its guard on descriptor 3; without, a run is a guard that starts programs itself,
 * and the call never returns. entrances: a null-terminated list of cgroup files of a slot, %u standing for its number.
 */
int launcher_serve(char *const *entrances, const struct fork_hooks *hooks);

/* ---- frames.c: the protocol with the server ------------------------------------------------------------------------------ */

/* A frame is one type byte, a big-endian 32-bit length, and that many bytes. */
#define FRAME_HEADER 5
#define FRAME_CONTROL_MAX (2u << 20) /* longest frame but DATA */
#define FRAME_DATA_MAX (256u << 10)

enum frame_type {
    /* server to guard */
    FRAME_PUT = 'P',   /* u8 target, u8 flags, u64 size, name */
    FRAME_DATA = 'D',  /* bytes of the file being put, or of stdin */
    FRAME_EXEC = 'X',  /* see exec_request */
    FRAME_EOF = 'Z',   /* end of stdin */
    FRAME_KILL = 'K',  /* end the program */
    FRAME_LIST = 'L',
    FRAME_GET = 'G',   /* u8 target, u64 maximum bytes, name */
    /* server to launcher */
    FRAME_PARK = 'R',  /* u32 slot, u32 uid, u64 file bytes, u32 processes, u64 temporary bytes, u64 data bytes, u64 inodes */
    /* launcher to server */
    FRAME_LAUNCHER = 'H', /* u32 protocol version */
    FRAME_REAPED = 'z',   /* u32 slot, u32 wait status of its guard */
    /* guard to server */
    FRAME_HELLO = 'h', /* u32 protocol version, u32 slot */
    FRAME_READY = 'r', /* the runtime that was started ahead waits for its program */
    FRAME_DONE = 'k',  /* a put or get is complete */
    FRAME_REFUSED = 'n', /* u32 errno, u64 size if known: a put or get that cannot be */
    FRAME_STDOUT = 'o',
    FRAME_STDERR = 'e',
    FRAME_CREDIT = 'c', /* u32: so many bytes of stdin were taken */
    FRAME_END = 'x',    /* u8 why, i32 exit code or -1, i32 signal or 0, u8 disk full, u8 ended before the program began */
    FRAME_FAULT = 'f',  /* u32 errno, text: the program could not be started */
    FRAME_ENTRY = 'l',  /* u8 untouched, u64 size, name */
    FRAME_LIST_END = '.', /* u8 cut */
    FRAME_FILE = 'd',
};

#define PROTOCOL_VERSION 1u

enum file_target { TARGET_DATA = 0, TARGET_WORK = 1 }; /* of a put and of a get */
enum put_flags { PUT_READ_ONLY = 1, PUT_EXECUTABLE = 2 };

enum end_reason { END_EXITED = 0, END_TIMED_OUT = 1, END_OUTPUT = 2, END_KILLED = 3 };

/* Incoming bytes, cut into frames. Pure: no system call, so that it can be fuzzed. */
struct frame_reader {
    uint8_t header[FRAME_HEADER];
    size_t header_have;
    uint32_t length;   /* of the current frame's payload */
    uint8_t *payload;  /* owned, length bytes, once the header is complete */
    size_t payload_have;
};

enum feed_result { FEED_MORE, FEED_FRAME, FEED_BROKEN };

/*
 * Takes bytes from *bytes until a frame is complete (FEED_FRAME: reader->header[0], length and payload tell it, until the next
 * call) or none are left (FEED_MORE). FEED_BROKEN: unknown type, or longer than its type may be, or out of memory.
 */
enum feed_result frame_feed(struct frame_reader *reader, const uint8_t **bytes, size_t *left);
void frame_reader_free(struct frame_reader *reader);

uint16_t get_u16(const uint8_t *at);
uint32_t get_u32(const uint8_t *at);
uint64_t get_u64(const uint8_t *at);
void put_u32(uint8_t *at, uint32_t value);
void put_u64(uint8_t *at, uint64_t value);

/* u32 wall ms, u64 output bytes, u8 flags, u16 argc, u16 envc, then argc + envc strings, each ended by a NUL. */
struct exec_request {
    uint32_t wall_ms;
    uint64_t output_bytes;
    bool stream_stdin;
    bool in_work_dir;
    bool hand_over;
    bool ahead;
    char **argv;
    char **envp;
};

enum exec_flags {
    EXEC_STREAM_STDIN = 1,
    EXEC_IN_WORK_DIR = 2,
    EXEC_HAND_OVER = 4, /* to the runtime that waits, not to a new process */
    EXEC_AHEAD = 8,     /* a runtime that will wait for its program: no phase, and answered by READY */
};

/*
 * What a runtime that was started ahead says, on descriptor 4: that it waits; that the program's own code begins, after which nothing
 * more is heard; or, as any other byte, with which code it ends because there is nothing to begin (the source does not compile). Its
 * program comes on descriptor 3: u32 length and an exec_request.
 */
enum runtime_word { RUNTIME_READY = 'r', RUNTIME_BEGINS = 'b' };

/* Points into payload, which must outlive the request and be writable. Returns false for a malformed one. */
bool parse_exec(uint8_t *payload, uint32_t length, struct exec_request *request);
void exec_request_free(struct exec_request *request);

/* ---- files.c ------------------------------------------------------------------------------------------------------------ */

struct files {
    int data_fd; /* O_PATH of DATA_DIR */
    int work_fd; /* O_PATH of WORK_DIR */
    uid_t uid;
    struct placed *placed; /* what was put into DATA_DIR */
    size_t placed_count;
};

/* Opens both directories; WORK_DIR is made, owned by uid. Returns 0 or -1 with *fault filled. */
int files_open(struct files *files, uid_t uid, struct fault *fault);

/* An open put. */
struct put {
    int fd;
    uint64_t left;  /* bytes that will still come */
    uint64_t hash[4];
    uint64_t total;
    uint8_t tail[32];
    size_t tail_have;
    bool read_only;
    bool executable;
    bool work;
    char *name;
    int error; /* errno of the first failure; the rest of the bytes is then dropped */
};

void put_begin(struct files *files, struct put *put, uint8_t target, uint8_t flags, uint64_t size, const char *name);
void put_bytes(struct put *put, const uint8_t *bytes, size_t length);
void put_finish(struct files *files, struct put *put);

/* One regular file of the listing. */
typedef void (*list_sink)(void *context, const char *name, uint64_t size, bool untouched);

/* Lists the regular files below DATA_DIR, at most max_entries. Returns whether some were left out. */
bool files_list(struct files *files, size_t max_entries, list_sink sink, void *context);

/* Opens a regular file beneath the target's directory for reading, following no link. Returns a descriptor, or -1 with errno. */
int files_open_regular(struct files *files, uint8_t target, const char *name, uint64_t *size);

/* Whether a file system of the run has neither bytes nor inodes left. */
bool files_disk_full(const struct files *files);

/* ---- guard.c ------------------------------------------------------------------------------------------------------------ */

struct guard_start {
    int socket;
    int proc_fd;
    struct run_config config;
    /* a copy of a runtime that waits for its program, or 0; and the server's side of its descriptors */
    pid_t parked;
    int parked_fd, out_fd, err_fd, in_fd;
};

/* The guard of a copy of a runtime: its words are what launcher.c wrote down for it. */
int guard_continue(char *const *words);

/* Connects to the server. Returns a descriptor, or -1 with *fault filled. */
int connect_server(struct fault *fault);

/* A pipe whose program_end (0 or 1) belongs to uid, so that it can also be opened by name, and whose other end does not block. */
int make_pipe(int ends[2], int program_end, uid_t uid);

/* Serves one run over the socket until the server hangs up. Must be called by pid 1 of the run's pid namespace. */
_Noreturn void guard_serve(const struct guard_start *start);

/* Writes why the sandbox cannot work to stderr, which the server keeps, and exits. */
_Noreturn void refuse(const struct fault *fault);

#define FAULT(fault, text) (fault_set((fault), (text)), -1)
void fault_set(struct fault *fault, const char *step);

#endif

/*
 * sandbox-init once UID FILE_BYTES PROCESSES
 *
 * The only program of an nsjail that serves one run: connects to the server, finishes the walls, and becomes the guard.
 *
 * sandbox-init launch ENTRANCE...
 *
 * The only program of an nsjail that serves many runs: parks them as the server orders. Each entrance is a cgroup file of a slot, %u
 * standing for the slot's number.
 *
 * sandbox-init guard ...
 *
 * What becomes of a vfork child of a runtime that is forked: see launcher.c.
 *
 * sandbox-init enter FILE... -- PROGRAM ARGUMENT...
 *
 * On the host: leaves the server's terminal, moves itself into the cgroups whose tasks (v1) or cgroup.procs (v2) files are named, then execs the program. A
 * process that moves itself through tasks needs no system-wide lock.
 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t number(const char *text) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *text == 0 || *end != 0) {
        fprintf(stderr, "sandbox-init: not a number: %s\n", text);
        exit(2);
    }
    return value;
}

static int enter(char **arguments) {
    for (; *arguments != NULL && strcmp(*arguments, "--") != 0; arguments++) {
        int fd = open(*arguments, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, "0", 1) != 1) {
            fprintf(stderr, "sandbox-init: %s: %s\n", *arguments, strerror(errno));
            return 111;
        }
        close(fd);
    }
    if (arguments[0] == NULL || arguments[1] == NULL) {
        fprintf(stderr, "sandbox-init: no program after --\n");
        return 2;
    }
    setsid(); /* a signal from the server's terminal is the server's; fails for a group leader only, which has none to share */
    execv(arguments[1], arguments + 1);
    fprintf(stderr, "sandbox-init: %s: %s\n", arguments[1], strerror(errno));
    return 127;
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "enter") == 0) {
        return enter(argv + 2);
    }
    if (argc > 1 && strcmp(argv[1], "launch") == 0) {
        return launcher_serve(argv + 2, NULL);
    }
    if (argc > 1 && strcmp(argv[1], "guard") == 0) {
        return guard_continue(argv + 2);
    }
    if (argc != 5 || strcmp(argv[1], "once") != 0) {
        fprintf(stderr, "usage: sandbox-init once UID FILE_BYTES PROCESSES | launch ENTRANCE... | enter FILE... -- PROGRAM ARGUMENT...\n");
        return 2;
    }
    struct guard_start start = {
        .config = {.slot = SLOT_NONE,
                   .uid = (uid_t)number(argv[2]),
                   .file_size = number(argv[3]),
                   .processes = (unsigned)number(argv[4])},
    };
    struct fault fault;
    start.socket = connect_server(&fault);
    if (start.socket < 0 || seal_mounts(&start.proc_fd, &fault) != 0) {
        refuse(&fault);
    }
    guard_serve(&start);
}

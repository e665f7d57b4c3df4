/* What the process that will exec the program gives up, in an order in which nothing can be taken back. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void fault_set(struct fault *fault, const char *step) {
    fault->error = errno;
    snprintf(fault->step, sizeof fault->step, "%s", step);
}

static int limit(int resource, rlim_t wanted) {
    struct rlimit value;
    if (getrlimit((__rlimit_resource_t)resource, &value) != 0) {
        return -1;
    }
    if (value.rlim_max != RLIM_INFINITY && (wanted == RLIM_INFINITY || wanted > value.rlim_max)) {
        wanted = value.rlim_max; /* the jail's own limit is lower: nothing to raise */
    }
    value.rlim_cur = wanted;
    value.rlim_max = wanted;
    return setrlimit((__rlimit_resource_t)resource, &value);
}

/*
 * A core limit of one byte, not of none: with a core_pattern that is a pipe, the kernel starts the host's crash handler, as root of
 * the host, whatever the limit is, except for this one value (core(5), do_coredump). The filter keeps programs from changing it.
 */
static int set_limits(const struct run_config *config) {
    return limit(RLIMIT_CORE, 1) || limit(RLIMIT_NOFILE, 1024) || limit(RLIMIT_FSIZE, config->file_size)
                   || limit(RLIMIT_NPROC, 2u * config->processes + 64u) || limit(RLIMIT_MEMLOCK, 1u << 20) || limit(RLIMIT_MSGQUEUE, 0)
                   || limit(RLIMIT_SIGPENDING, 1024) || limit(RLIMIT_STACK, 64u << 20)
               ? -1
               : 0;
}

static int set_capabilities(uint64_t keep) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {
        {(uint32_t)keep, (uint32_t)keep, 0}, {(uint32_t)(keep >> 32), (uint32_t)(keep >> 32), 0}};
    return (int)syscall(SYS_capset, &header, data);
}

/* Removes every capability but those in keep from the bounding set. */
static int drop_bounding(uint64_t keep) {
    for (int capability = 0; capability < 64; capability++) {
        if ((keep >> capability & 1) == 0 && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) {
            return errno == EINVAL && capability > CAP_AUDIT_READ ? 0 : -1; /* EINVAL: beyond the kernel's last one */
        }
    }
    return 0;
}

int write_text(int directory, const char *path, const char *text) {
    int fd = openat(directory, path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    ssize_t written = write(fd, text, strlen(text));
    close(fd);
    return written == (ssize_t)strlen(text) ? 0 : -1;
}

/* Reads back what the kernel thinks of this process and compares it with what was asked for. */
static int verify(uid_t uid, struct fault *fault) {
    char status[8192];
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return FAULT(fault, "verify: open status");
    }
    size_t have = 0;
    ssize_t n;
    while (have < sizeof status - 1 && (n = read(fd, status + have, sizeof status - 1 - have)) > 0) {
        have += (size_t)n;
    }
    close(fd);
    status[have] = 0;
    char ids[2][96];
    snprintf(ids[0], sizeof ids[0], "\nUid:\t%u\t%u\t%u\t%u\n", uid, uid, uid, uid);
    snprintf(ids[1], sizeof ids[1], "\nGid:\t%u\t%u\t%u\t%u\n", uid, uid, uid, uid);
    const char *expected[] = {
        ids[0], ids[1], "\nCapInh:\t0000000000000000\n", "\nCapPrm:\t0000000000000000\n", "\nCapEff:\t0000000000000000\n",
        "\nCapBnd:\t0000000000000000\n", "\nCapAmb:\t0000000000000000\n", "\nNoNewPrivs:\t1\n", "\nSeccomp:\t2\n"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        if (strstr(status, expected[i]) == NULL) {
            errno = EPERM;
            char step[60];
            snprintf(step, sizeof step, "verify: status lacks %.30s", expected[i] + 1);
            return FAULT(fault, step);
        }
    }
    return 0;
}

static int reset_signals(void) {
    struct sigaction by_default = {.sa_handler = SIG_DFL};
    for (int signal_number = 1; signal_number < NSIG; signal_number++) {
        if (signal_number != SIGKILL && signal_number != SIGSTOP && sigaction(signal_number, &by_default, NULL) != 0
            && errno != EINVAL) { /* EINVAL: one of those libc keeps for itself */
            return -1;
        }
    }
    sigset_t none;
    sigemptyset(&none);
    return sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Makes the descriptors 3 and the numbers after it, whatever numbers they have. */
static int place(const int *fds, unsigned count) {
    int high[KEPT_MAX];
    for (unsigned i = 0; i < count; i++) {
        high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3 + (int)KEPT_MAX);
        if (high[i] < 0) {
            return -1;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        if (dup3(high[i], 3 + (int)i, O_CLOEXEC) < 0) {
            return -1;
        }
    }
    return 0;
}

int lock_down(const struct run_config *config, const char *directory, int proc_fd, const int *keep_fds, unsigned keep_count,
              bool keep_signals, struct fault *fault) {
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) { /* own /proc/self belongs to somebody else otherwise */
        return FAULT(fault, "dumpable");
    }
    if (write_text(proc_fd, "self/oom_score_adj", "1000") != 0) {
        return FAULT(fault, "oom_score_adj");
    }
    if (place(keep_fds, keep_count) != 0) {
        return FAULT(fault, "dup3");
    }
    if (syscall(SYS_close_range, 3u + keep_count, ~0u, 0) != 0) {
        return FAULT(fault, "close_range");
    }
    if (setsid() < 0) {
        return FAULT(fault, "setsid");
    }
    if (!keep_signals && reset_signals() != 0) {
        return FAULT(fault, "signals");
    }
    if (set_limits(config) != 0) {
        return FAULT(fault, "rlimits");
    }
    umask(022);
    if (chdir(directory) != 0) {
        return FAULT(fault, "chdir");
    }
    if (drop_bounding(0) != 0) {
        return FAULT(fault, "bounding set");
    }
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
        return FAULT(fault, "ambient set");
    }
    if (prctl(PR_SET_SECUREBITS,
              SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED, 0, 0, 0)
        != 0) {
        return FAULT(fault, "securebits");
    }
    if (setgroups(0, NULL) != 0) {
        return FAULT(fault, "setgroups");
    }
    if (setresgid(config->uid, config->uid, config->uid) != 0) {
        return FAULT(fault, "setresgid");
    }
    if (setresuid(config->uid, config->uid, config->uid) != 0) {
        return FAULT(fault, "setresuid");
    }
    if (set_capabilities(0) != 0) {
        return FAULT(fault, "capset");
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return FAULT(fault, "no_new_privs");
    }
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) { /* the change of the uid has cleared it */
        return FAULT(fault, "dumpable again");
    }
    if (install_seccomp() != 0) {
        return FAULT(fault, "seccomp");
    }
    return verify(config->uid, fault);
}

int restrict_guard(bool starts_programs, struct fault *fault) {
    /*
     * KILL ends the run; CHOWN, DAC_OVERRIDE and FOWNER carry its files; SETUID, SETGID and SETPCAP start its phases. All of them
     * are good in the jail's user namespace only.
     */
    uint64_t keep = 1u << CAP_KILL | 1u << CAP_CHOWN | 1u << CAP_DAC_OVERRIDE | 1u << CAP_FOWNER;
    if (starts_programs) {
        keep |= 1u << CAP_SETUID | 1u << CAP_SETGID | 1u << CAP_SETPCAP;
    }
    if (drop_bounding(keep) != 0) {
        return FAULT(fault, "guard: bounding set");
    }
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
        return FAULT(fault, "guard: ambient set");
    }
    if (set_capabilities(keep) != 0) {
        return FAULT(fault, "guard: capset");
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return FAULT(fault, "guard: no_new_privs");
    }
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return FAULT(fault, "guard: dumpable");
    }
    return 0;
}

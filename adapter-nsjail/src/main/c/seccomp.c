/*
 * The system calls a program may make: an allow-list. Whatever is not on it fails with EPERM, numbers newer than this list with
 * ENOSYS, so that a libc falls back to what it did before. Calls of a foreign ABI (32-bit, x32) end the process.
 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#define X32_BIT 0x40000000u
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#error "no system call table for this architecture"
#endif

#define LAST_KNOWN 462u /* mseal: what is newer is unknown to this list */

/* Allowed whatever the arguments are. Names that an architecture or an older header does not have are left out. */
static const int ALLOWED[] = {
    /* files */
    SYS_read, SYS_write, SYS_close, SYS_fstat, SYS_lseek, SYS_pread64, SYS_pwrite64, SYS_readv, SYS_writev, SYS_preadv,
    SYS_pwritev, SYS_preadv2, SYS_pwritev2, SYS_openat, SYS_openat2, SYS_newfstatat, SYS_statx, SYS_faccessat, SYS_readlinkat,
    SYS_getdents64, SYS_ftruncate, SYS_truncate, SYS_fallocate, SYS_fadvise64, SYS_readahead, SYS_mkdirat, SYS_mknodat, SYS_unlinkat, SYS_symlinkat, SYS_linkat, SYS_renameat2, SYS_fchmod,
    SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_utimensat, SYS_statfs, SYS_fstatfs, SYS_chdir, SYS_fchdir, SYS_getcwd, SYS_umask,
    SYS_flock, SYS_dup, SYS_dup3, SYS_pipe2, SYS_sendfile, SYS_splice, SYS_tee, SYS_copy_file_range, SYS_close_range,
    SYS_getxattr, SYS_lgetxattr, SYS_fgetxattr, SYS_listxattr, SYS_llistxattr, SYS_flistxattr, SYS_setxattr, SYS_lsetxattr,
    SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr,
    /* memory; mmap and memfd_create are below */
    SYS_munmap, SYS_mprotect, SYS_mremap, SYS_msync, SYS_mincore, SYS_madvise, SYS_brk, SYS_mlock, SYS_mlock2,
    SYS_mlockall, SYS_munlock, SYS_munlockall, SYS_membarrier, SYS_get_mempolicy, SYS_pkey_mprotect, SYS_pkey_alloc,
    SYS_pkey_free,
    /* processes and threads; clone is below */
    SYS_execve, SYS_execveat, SYS_exit, SYS_exit_group, SYS_wait4, SYS_waitid, SYS_kill, SYS_tkill, SYS_tgkill, SYS_getpid,
    SYS_getppid, SYS_gettid, SYS_getpgid, SYS_setpgid, SYS_getsid, SYS_setsid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
    SYS_getresuid, SYS_getresgid, SYS_getgroups, SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid,
    SYS_setfsuid, SYS_setfsgid, SYS_capget, SYS_set_tid_address, SYS_set_robust_list, SYS_get_robust_list, SYS_futex,
    SYS_sched_yield, SYS_sched_getaffinity, SYS_sched_setaffinity, SYS_sched_getparam, SYS_sched_setparam,
    SYS_sched_getscheduler, SYS_sched_setscheduler, SYS_sched_get_priority_max, SYS_sched_get_priority_min,
    SYS_sched_rr_get_interval, SYS_sched_getattr, SYS_sched_setattr, SYS_getpriority, SYS_setpriority, SYS_ioprio_get,
    SYS_ioprio_set, SYS_getrlimit, SYS_getrusage, SYS_times, SYS_getcpu, SYS_sysinfo, SYS_uname,
    SYS_getrandom, SYS_pidfd_open, SYS_pidfd_send_signal, SYS_rseq, SYS_restart_syscall,
    /* signals and time */
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigpending, SYS_rt_sigtimedwait, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo,
    SYS_rt_sigsuspend, SYS_rt_sigreturn, SYS_sigaltstack, SYS_nanosleep, SYS_clock_gettime, SYS_clock_getres,
    SYS_clock_nanosleep, SYS_gettimeofday, SYS_getitimer, SYS_setitimer, SYS_timer_create, SYS_timer_settime, SYS_timer_gettime,
    SYS_timer_getoverrun, SYS_timer_delete, SYS_timerfd_create, SYS_timerfd_settime, SYS_timerfd_gettime, SYS_signalfd4,
    SYS_eventfd2,
    /* waiting */
    SYS_ppoll, SYS_pselect6, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait,
    /* sockets; socket, socketpair and setsockopt are below */
    SYS_bind, SYS_connect, SYS_listen, SYS_accept, SYS_accept4, SYS_getsockname, SYS_getpeername, SYS_sendto, SYS_recvfrom,
    SYS_sendmsg, SYS_recvmsg, SYS_sendmmsg, SYS_recvmmsg, SYS_shutdown, SYS_getsockopt,
    /* System V and POSIX message queues, in the run's own ipc namespace; shmget is below */
    SYS_shmat, SYS_shmdt, SYS_shmctl, SYS_semget, SYS_semop, SYS_semtimedop, SYS_semctl, SYS_msgget, SYS_msgsnd,
    SYS_msgrcv, SYS_msgctl, SYS_mq_open, SYS_mq_unlink, SYS_mq_timedsend, SYS_mq_timedreceive, SYS_mq_notify, SYS_mq_getsetattr,
#ifdef SYS_faccessat2
    SYS_faccessat2,
#endif
#ifdef SYS_epoll_pwait2
    SYS_epoll_pwait2,
#endif
#ifdef SYS_futex_waitv
    SYS_futex_waitv,
#endif
    452 /* fchmodat2 */, 454 /* futex_wake */, 455 /* futex_wait */, 456 /* futex_requeue */, 462 /* mseal */,
#if defined(__x86_64__)
    /* calls that newer architectures have only in their *at form */
    SYS_open, SYS_stat, SYS_lstat, SYS_poll, SYS_access, SYS_pipe, SYS_select, SYS_dup2, SYS_pause, SYS_alarm, SYS_fork, SYS_vfork,
    SYS_getdents, SYS_rename, SYS_renameat, SYS_mkdir, SYS_rmdir, SYS_creat, SYS_link, SYS_unlink, SYS_symlink, SYS_readlink,
    SYS_chmod, SYS_chown, SYS_lchown, SYS_getpgrp, SYS_utime, SYS_utimes, SYS_futimesat, SYS_mknod, SYS_arch_prctl, SYS_time,
    SYS_epoll_create, SYS_epoll_wait, SYS_signalfd, SYS_eventfd,
#elif defined(__aarch64__)
    SYS_renameat,
#endif
};

/* prctl options a program may use: its name, its dumpable flag, what it may ask about itself. */
static const unsigned PRCTL_ALLOWED[] = {
    PR_SET_NAME, PR_GET_NAME, PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, PR_SET_DUMPABLE, PR_GET_DUMPABLE, PR_SET_NO_NEW_PRIVS,
    PR_GET_NO_NEW_PRIVS, PR_GET_SECCOMP, PR_SET_THP_DISABLE, PR_GET_THP_DISABLE, PR_SET_TIMERSLACK, PR_GET_TIMERSLACK,
    PR_CAPBSET_READ, PR_GET_KEEPCAPS, PR_GET_SECUREBITS, PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER, PR_GET_TID_ADDRESS,
    0x53564d41 /* PR_SET_VMA: names of mappings */,
};

static const unsigned NAMESPACE_FLAGS = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET
                                        | CLONE_NEWCGROUP;

static const unsigned SOCKET_DOMAINS[] = {AF_UNIX, AF_INET, AF_INET6};
/* 0: the type's own; 1 and 58 are ping sockets, which need no privilege */
static const unsigned SOCKET_PROTOCOLS[] = {0, 1, 6, 17, 58};
/* Socket options that bring further code of the kernel into play: packet filters and protocols on top of TCP. */
static const unsigned FILTER_OPTIONS[] = {SO_ATTACH_FILTER, SO_ATTACH_BPF, SO_ATTACH_REUSEPORT_CBPF, SO_ATTACH_REUSEPORT_EBPF};
#define TCP_ULP 31

static const unsigned SOCKET_TYPES[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define CAPACITY 900

struct program {
    struct sock_filter code[CAPACITY];
    size_t length;
};

static void emit(struct program *p, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf) {
    if (p->length < CAPACITY) {
        p->code[p->length] = (struct sock_filter){code, jt, jf, k};
    }
    p->length++;
}

static void load(struct program *p, uint32_t offset) { emit(p, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0); }
static void load_argument(struct program *p, unsigned index) {
    load(p, (uint32_t)offsetof(struct seccomp_data, args) + 8 * index); /* low half: little-endian, 32-bit values */
}
static void load_argument_high(struct program *p, unsigned index) {
    load(p, (uint32_t)offsetof(struct seccomp_data, args) + 8 * index + 4);
}
static void result(struct program *p, uint32_t value) { emit(p, BPF_RET | BPF_K, value, 0, 0); }
static void deny(struct program *p, int error) { result(p, SECCOMP_RET_ERRNO | (uint32_t)error); }

/* The next `skip` instructions are executed only if the accumulator equals k. */
static void unless_equal_skip(struct program *p, uint32_t k, uint8_t skip) { emit(p, BPF_JMP | BPF_JEQ | BPF_K, k, 0, skip); }

/* Goes on if the accumulator is one of values, else fails with error. */
static void require_one_of(struct program *p, const unsigned *values, size_t count, int error) {
    for (size_t i = 0; i < count; i++) {
        emit(p, BPF_JMP | BPF_JEQ | BPF_K, values[i], (uint8_t)(count - i), 0);
    }
    deny(p, error);
}

/* Begins the rules of one call; returns where its length must be patched in. The accumulator holds the number. */
static size_t begin_call(struct program *p, int number) {
    size_t at = p->length;
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 0);
    return at;
}
static void end_call(struct program *p, size_t at) {
    if (at < CAPACITY) {
        p->code[at].jf = (uint8_t)(p->length - at - 1);
    }
}

/* Allows a call unless one of its arguments has a flag. */
static void allow_without_flag(struct program *p, int number, unsigned argument, uint32_t flag) {
    size_t call = begin_call(p, number);
    load_argument(p, argument);
    emit(p, BPF_JMP | BPF_JSET | BPF_K, flag, 0, 1);
    deny(p, EPERM);
    result(p, SECCOMP_RET_ALLOW);
    end_call(p, call);
}

static void rules_with_arguments(struct program *p) {
    /* huge pages that the host has set aside for somebody else are counted by no memory limit */
    allow_without_flag(p, SYS_mmap, 3, MAP_HUGETLB);
    allow_without_flag(p, SYS_memfd_create, 1, MFD_HUGETLB);
    allow_without_flag(p, SYS_shmget, 2, SHM_HUGETLB);

    /* threads and processes, but no new namespace; clone3's flags lie in memory, which a filter cannot read */
    size_t call = begin_call(p, SYS_clone);
    load_argument(p, 0);
    emit(p, BPF_JMP | BPF_JSET | BPF_K, NAMESPACE_FLAGS, 0, 1);
    deny(p, EPERM);
    result(p, SECCOMP_RET_ALLOW);
    end_call(p, call);
    unless_equal_skip(p, SYS_clone3, 1);
    deny(p, ENOSYS);

    call = begin_call(p, SYS_socket);
    load_argument(p, 0);
    require_one_of(p, SOCKET_DOMAINS, COUNT(SOCKET_DOMAINS), EAFNOSUPPORT);
    load_argument(p, 1);
    emit(p, BPF_ALU | BPF_AND | BPF_K, 0xf, 0, 0);
    require_one_of(p, SOCKET_TYPES, COUNT(SOCKET_TYPES), EPERM);
    load_argument(p, 2);
    require_one_of(p, SOCKET_PROTOCOLS, COUNT(SOCKET_PROTOCOLS), EPROTONOSUPPORT);
    result(p, SECCOMP_RET_ALLOW);
    end_call(p, call);

    call = begin_call(p, SYS_socketpair);
    load_argument(p, 0);
    unless_equal_skip(p, AF_UNIX, 1);
    result(p, SECCOMP_RET_ALLOW);
    deny(p, EAFNOSUPPORT);
    end_call(p, call);

    /* a larger receive buffer is agreed to and not given: see limit_sockets() */
    call = begin_call(p, SYS_setsockopt);
    load_argument(p, 1);
    size_t level = begin_call(p, SOL_SOCKET);
    load_argument(p, 2);
    unless_equal_skip(p, SO_RCVBUF, 1);
    deny(p, 0);
    for (size_t i = 0; i < COUNT(FILTER_OPTIONS); i++) {
        unless_equal_skip(p, FILTER_OPTIONS[i], 1);
        deny(p, EPERM);
    }
    result(p, SECCOMP_RET_ALLOW);
    end_call(p, level);
    level = begin_call(p, IPPROTO_TCP);
    load_argument(p, 2);
    unless_equal_skip(p, TCP_ULP, 1);
    deny(p, EPERM);
    end_call(p, level);
    result(p, SECCOMP_RET_ALLOW);
    end_call(p, call);

    call = begin_call(p, SYS_prctl);
    load_argument(p, 0);
    require_one_of(p, PRCTL_ALLOWED, COUNT(PRCTL_ALLOWED), EINVAL);
    result(p, SECCOMP_RET_ALLOW);
    end_call(p, call);

    /* asking for the personality, or setting the plain one */
    call = begin_call(p, SYS_personality);
    load_argument(p, 0);
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0xffffffffu, 1, 0);
    unless_equal_skip(p, 0, 1);
    result(p, SECCOMP_RET_ALLOW);
    deny(p, EPERM);
    end_call(p, call);

    /* limits may be lowered, but that of cores must stay as it is: see lockdown.c */
    call = begin_call(p, SYS_setrlimit);
    load_argument(p, 0);
    unless_equal_skip(p, RLIMIT_CORE, 1);
    deny(p, EPERM);
    result(p, SECCOMP_RET_ALLOW);
    end_call(p, call);
    call = begin_call(p, SYS_prlimit64);
    load_argument(p, 1);
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, RLIMIT_CORE, 1, 0);
    result(p, SECCOMP_RET_ALLOW);
    load_argument(p, 2); /* null for a question */
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
    deny(p, EPERM);
    load_argument_high(p, 2);
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
    deny(p, EPERM);
    result(p, SECCOMP_RET_ALLOW);
    end_call(p, call);

    /*
     * No watching of files: those of the toolchains are one with the host's, and tell what neighbours and the host open. inotify is
     * not on the list either.
     */
    call = begin_call(p, SYS_fcntl);
    load_argument(p, 1);
    unless_equal_skip(p, F_NOTIFY, 1);
    deny(p, EINVAL);
    result(p, SECCOMP_RET_ALLOW);
    end_call(p, call);

    /* no typing into a terminal, however one came here */
    call = begin_call(p, SYS_ioctl);
    load_argument(p, 1);
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0x5412 /* TIOCSTI */, 1, 0);
    unless_equal_skip(p, 0x541c /* TIOCLINUX */, 1);
    deny(p, EPERM);
    result(p, SECCOMP_RET_ALLOW);
    end_call(p, call);

    /* a program's disk is memory: nothing to write back, and the host's disks are not its business */
    static const int WRITE_BACK[] = {SYS_sync, SYS_syncfs, SYS_fsync, SYS_fdatasync, SYS_sync_file_range};
    for (size_t i = 0; i < COUNT(WRITE_BACK); i++) {
        unless_equal_skip(p, (uint32_t)WRITE_BACK[i], 1);
        deny(p, 0);
    }
}

int install_seccomp(void) {
    static struct program p;
    p.length = 0;
    load(&p, offsetof(struct seccomp_data, arch));
    emit(&p, BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0);
    result(&p, SECCOMP_RET_KILL_PROCESS);
    load(&p, offsetof(struct seccomp_data, nr));
#ifdef X32_BIT
    emit(&p, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
    result(&p, SECCOMP_RET_KILL_PROCESS);
#endif
    emit(&p, BPF_JMP | BPF_JGT | BPF_K, LAST_KNOWN, 0, 1);
    deny(&p, ENOSYS);
    for (size_t i = 0; i < COUNT(ALLOWED); i++) {
        unless_equal_skip(&p, (uint32_t)ALLOWED[i], 1);
        result(&p, SECCOMP_RET_ALLOW);
    }
    rules_with_arguments(&p);
    deny(&p, EPERM);
    if (p.length > CAPACITY) {
        errno = E2BIG;
        return -1;
    }
    struct sock_fprog program = {(unsigned short)p.length, p.code};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : -1;
}

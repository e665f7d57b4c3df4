package dev.codeinterpreter.adapter.nsjail.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.Outcome.Signalled;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on the kernel: the system calls by which walls are taken down, or by which most of its faults were reached. */
@Timeout(180)
interface KernelAttackContract {

    int SIGSYS = 31;

    /** A C program that makes system calls and says of each what came of it. */
    String HEADER = """
            #define _GNU_SOURCE
            #include <errno.h>
            #include <fcntl.h>
            #include <sched.h>
            #include <signal.h>
            #include <stdint.h>
            #include <stdio.h>
            #include <string.h>
            #include <sys/ioctl.h>
            #include <sys/mount.h>
            #include <sys/prctl.h>
            #include <sys/ptrace.h>
            #include <sys/resource.h>
            #include <sys/socket.h>
            #include <sys/stat.h>
            #include <sys/syscall.h>
            #include <sys/time.h>
            #include <sys/uio.h>
            #include <unistd.h>
            #define TRY(...) { errno = 0; long result = syscall(__VA_ARGS__); \\
                printf("%s %s\\n", result == -1 ? strerrorname_np(errno) : "WORKED", #__VA_ARGS__); fflush(stdout); }
            static char zero[4096];
            static char byte;
            static struct iovec piece = {&byte, 1};
            """;

    SandboxPort port();

    @Test
    default void namespaces_new_areRefused() {
        refuses("EPERM", """
                SYS_unshare, CLONE_NEWUSER
                SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET
                SYS_unshare, CLONE_NEWNS
                SYS_unshare, CLONE_NEWNET
                SYS_unshare, CLONE_NEWPID
                SYS_unshare, CLONE_NEWIPC
                SYS_unshare, CLONE_NEWUTS
                SYS_unshare, CLONE_NEWCGROUP
                SYS_unshare, 0x80 /* CLONE_NEWTIME */
                SYS_unshare, CLONE_FILES
                SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0
                SYS_clone, CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0
                SYS_clone, CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0
                SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0
                SYS_clone, CLONE_NEWIPC | SIGCHLD, 0, 0, 0, 0
                SYS_clone, CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0
                SYS_clone, CLONE_NEWCGROUP | SIGCHLD, 0, 0, 0, 0
                SYS_clone, (1ull << 40) | CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0
                SYS_setns, open("/proc/self/ns/user", O_RDONLY), CLONE_NEWUSER
                SYS_setns, open("/proc/self/ns/mnt", O_RDONLY), 0
                SYS_setns, syscall(SYS_pidfd_open, getpid(), 0), CLONE_NEWNS
                """);
    }

    @Test
    default void clone3_isUnknown_sinceItsFlagsCannotBeSeen() {
        refuses("ENOSYS", """
                SYS_clone3, &(uint64_t[11]){CLONE_NEWUSER}, 88
                SYS_clone3, &(uint64_t[11]){0}, 88
                SYS_clone3, zero, 64
                """);
    }

    @Test
    default void mounts_changes_areRefused() {
        refuses("EPERM", """
                SYS_mount, "none", "/tmp", "tmpfs", 0, 0
                SYS_mount, "proc", "/tmp", "proc", 0, 0
                SYS_mount, "/mnt/data", "/tmp", 0, MS_BIND, 0
                SYS_mount, 0, "/", 0, MS_REMOUNT | MS_BIND, 0
                SYS_umount2, "/proc", MNT_DETACH
                SYS_umount2, "/mnt/data", 0
                SYS_pivot_root, "/mnt/data", "/mnt/data"
                SYS_chroot, "/mnt/data"
                SYS_open_tree, AT_FDCWD, "/", 1 /* OPEN_TREE_CLONE */
                SYS_move_mount, AT_FDCWD, "/tmp", AT_FDCWD, "/mnt/data", 0
                SYS_fsopen, "tmpfs", 0
                SYS_fsmount, -1, 0, 0
                SYS_fsconfig, -1, 0, 0, 0, 0
                SYS_fspick, AT_FDCWD, "/", 0
                SYS_mount_setattr, AT_FDCWD, "/", 0, zero, 32
                457 /* statmount */, zero, zero, 100, 0
                458 /* listmount */, zero, zero, 100, 0
                SYS_open_by_handle_at, AT_FDCWD, zero, 0
                SYS_name_to_handle_at, AT_FDCWD, "/", zero, &byte, 0
                SYS_quotactl, 0, "/", 0, 0
                SYS_quotactl_fd, 0, 0, 0, 0
                SYS_swapon, "/mnt/data", 0
                SYS_swapoff, "/mnt/data"
                SYS_fanotify_init, 0, 0
                """);
    }

    @Test
    default void otherProcesses_readingAndTracing_areRefused() {
        refuses("EPERM", """
                SYS_ptrace, PTRACE_TRACEME, 0, 0, 0
                SYS_ptrace, PTRACE_ATTACH, 1, 0, 0
                SYS_ptrace, PTRACE_SEIZE, getppid(), 0, 0
                SYS_process_vm_readv, 1, &piece, 1, &piece, 1, 0
                SYS_process_vm_readv, getpid(), &piece, 1, &piece, 1, 0
                SYS_process_vm_writev, getpid(), &piece, 1, &piece, 1, 0
                SYS_pidfd_getfd, syscall(SYS_pidfd_open, 1, 0), 0, 0
                SYS_pidfd_getfd, syscall(SYS_pidfd_open, getpid(), 0), 0, 0
                SYS_process_madvise, -1, &piece, 1, 0, 0
                SYS_process_mrelease, -1, 0
                SYS_kcmp, getpid(), getpid(), 0, 0, 0
                SYS_migrate_pages, getpid(), 0, 0, 0
                SYS_move_pages, getpid(), 0, 0, 0, 0, 0
                """);
    }

    @Test
    default void keyrings_areRefused() {
        refuses("EPERM", """
                SYS_add_key, "user", "name", "x", 1, -4
                SYS_request_key, "user", "name", 0, 0
                SYS_keyctl, 0, -3, 0
                SYS_keyctl, 1, 0
                SYS_keyctl, 11, -4, zero, sizeof zero
                """);
    }

    @Test
    default void partsOfTheKernelWithAHistoryOfFaults_areRefused() {
        refuses("EPERM", """
                SYS_bpf, 0, zero, 64
                SYS_bpf, 5, zero, 64
                SYS_perf_event_open, zero, 0, -1, -1, 0
                SYS_io_uring_setup, 4, zero
                SYS_io_uring_enter, 0, 0, 0, 0, 0
                SYS_io_uring_register, 0, 0, 0, 0
                SYS_io_setup, 4, &(long[1]){0}
                SYS_userfaultfd, 1
                SYS_vmsplice, 1, &piece, 1, 0
                SYS_remap_file_pages, zero, 4096, 0, 0, 0
                SYS_seccomp, 1, 0, zero
                SYS_landlock_create_ruleset, 0, 0, 1
                SYS_memfd_secret, 0
                SYS_lookup_dcookie, 0, zero, 10
                SYS_set_mempolicy, 0, 0, 0
                SYS_mbind, zero, 4096, 0, 0, 0, 0
                SYS_personality, 0x0040000 /* ADDR_NO_RANDOMIZE */
                SYS_personality, 0x0400000 /* READ_IMPLIES_EXEC */
                SYS_personality, 0x8 /* PER_LINUX32 */
                #ifdef __x86_64__
                SYS_modify_ldt, 0, zero, 16
                SYS_iopl, 3
                SYS_ioperm, 0x80, 1, 1
                SYS_uselib, "/bin/true"
                SYS_ustat, 0, zero
                #endif
                """);
    }

    @Test
    default void hugePagesOfTheHost_cannotBeTaken() {
        refuses("EPERM", """
                SYS_mmap, 0, 2 << 20, 3, 0x40022 /* MAP_HUGETLB */, -1, 0
                SYS_mmap, 0, 1 << 30, 3, 0x40022 | 30 << 26 /* of a gibibyte */, -1, 0
                SYS_memfd_create, "x", 4 /* MFD_HUGETLB */
                SYS_shmget, 0, 2 << 20, 04600 /* SHM_HUGETLB */
                """);
    }

    @Test
    default void disksOfTheHost_cannotBeKeptBusyWithWriteBack() {
        Attacks.python(port(), """
                import os
                os.sync()
                os.fsync(-1 & 0xffff) # nothing is done, so that even this does not fail
                print('done')
                """).said("done\n");
    }

    @Test
    default void theMachine_cannotBeRun() {
        refuses("EPERM", """
                SYS_reboot, 0xfee1dead, 672274793, 0x89abcdef, 0
                SYS_kexec_load, 0, 0, 0, 0
                SYS_kexec_file_load, -1, -1, 0, "", 0
                SYS_init_module, zero, 100, ""
                SYS_finit_module, open("/bin/true", O_RDONLY), "", 0
                SYS_delete_module, "x", 0
                SYS_syslog, 3, zero, sizeof zero
                SYS_acct, "/mnt/data/acct"
                SYS_sethostname, "x", 1
                SYS_setdomainname, "x", 1
                SYS_settimeofday, &(struct timeval){0}, 0
                SYS_clock_settime, 0, zero
                SYS_adjtimex, zero
                SYS_clock_adjtime, 0, zero
                SYS_vhangup
                SYS_nfsservctl, 0, 0, 0
                """);
    }

    @Test
    default void rights_cannotBeGained() {
        refuses("EPERM", """
                SYS_setuid, 0
                SYS_setgid, 0
                SYS_setresuid, -1, 0, -1
                SYS_setgroups, 1, &(gid_t){0}
                SYS_capset, &(uint32_t[2]){0x20080522}, &(uint32_t[6]){0xffffffff, 0xffffffff}
                SYS_mknodat, AT_FDCWD, "/mnt/data/device", S_IFCHR | 0666, 0x101
                SYS_fchownat, AT_FDCWD, "/mnt/data", 0, 0, 0
                SYS_sched_setscheduler, 0, SCHED_FIFO, &(int){1}
                SYS_prlimit64, 0, RLIMIT_NPROC, &(uint64_t[2]){1 << 20, 1 << 20}, 0
                SYS_prlimit64, 0, RLIMIT_CORE, &(uint64_t[2]){0, 0}, 0
                SYS_prlimit64, 0, RLIMIT_CORE, &(uint64_t[2]){1 << 20, 1 << 20}, 0
                """);
        refuses("EINVAL", """
                SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0
                SYS_prctl, PR_SET_SECCOMP, 0, 0, 0, 0
                SYS_prctl, PR_SET_SECUREBITS, 0, 0, 0, 0
                SYS_prctl, PR_SET_MM, 1, 0, 0, 0
                SYS_prctl, PR_SET_PTRACER, -1, 0, 0, 0
                SYS_prctl, PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0
                """);
    }

    @Test
    default void callsNewerThanTheFilter_areUnknown() {
        refuses("ENOSYS", "463, 0\n500, 0\n1000, 0\n0x3fffffff, 0\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "long r; __asm__ volatile (\"int $0x80\" : \"=a\"(r) : \"a\"(20) : \"memory\"); /* getpid of 32 bits */",
                "long r; __asm__ volatile (\"int $0x80\" : \"=a\"(r) : \"a\"(120), \"b\"(0x10000000) : \"memory\");",
                "syscall(0x40000000 | 39); /* getpid of x32 */",
                "syscall(0x40000000 | 520, \"/bin/true\", 0, 0);"
            })
    default void foreignAbi_endsTheProgram(String call) {
        Attempt attempt = Attacks.c(
                port(),
                HEADER + "#ifndef __x86_64__\nint main(void) { raise(SIGSYS); }\n#else\n" + "int main(void) { " + call
                        + " puts(\"survived\"); return 0; }\n#endif\n");

        assertThat(attempt.outcome()).isEqualTo(new Signalled(SIGSYS));
        assertThat(attempt.stdout()).isEmpty();
    }

    @Test
    default void terminals_cannotBeTypedInto() {
        refuses("EPERM", "SYS_ioctl, 0, TIOCSTI, \"x\"\nSYS_ioctl, 0, 0x541c /* TIOCLINUX */, zero\n");
    }

    @Test
    default void crash_startsNoHandlerOfTheHost() {
        Attacks.python(port(), """
                import resource
                print(resource.getrlimit(resource.RLIMIT_CORE))
                try:
                    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                    print('changed')
                except ValueError:
                    print('refused')
                """).said("(1, 1)\nrefused\n");
    }

    @Test
    default void setuidFiles_giveNothing() {
        Attacks.python(port(), """
                import os
                with open('/proc/self/status') as status:
                    print([line.split()[1] for line in status if line.startswith('NoNewPrivs')])
                for line in open('/proc/self/mountinfo'):
                    fields = line.split()
                    options = fields[5].split(',')
                    if 'nosuid' not in options:
                        print('suid counts on', fields[4])
                    if 'nodev' not in options and not fields[4].startswith('/dev/') and fields[3] != '/null':
                        print('devices count on', fields[4])
                """).said("['1']\n");
    }

    @Test
    default void capabilities_areNone() {
        Attacks.bash(port(), "grep ^Cap /proc/self/status | tr -d '0\\t '")
                .said("CapInh:\nCapPrm:\nCapEff:\nCapBnd:\nCapAmb:\n");
    }

    @Test
    default void kernelSettings_cannotBeWritten() {
        Attacks.python(port(), """
                import os
                for path in ('self/oom_score_adj', 'self/oom_adj', 'self/uid_map', 'self/gid_map', 'self/setgroups', 'self/mem',
                             'self/clear_refs', 'self/attr/current', 'self/comm', 'self/coredump_filter', 'self/timerslack_ns',
                             'self/loginuid', 'sys/kernel/hostname', 'sys/kernel/core_pattern', 'sys/kernel/ns_last_pid',
                             'sys/kernel/modprobe', 'sys/vm/overcommit_memory', 'sys/net/ipv4/ip_forward',
                             'sys/net/core/somaxconn', 'sys/net/ipv4/tcp_rmem', 'sys/user/max_user_namespaces', 'sysrq-trigger',
                             'sys/fs/mqueue/queues_max', 'sys/kernel/shmmax'):
                    try:
                        os.close(os.open('/proc/' + path, os.O_WRONLY))
                        print('opened', path)
                    except OSError:
                        pass
                """).said("");
    }

    /** Fails unless each of the calls, one a line, fails with this error and no other. */
    private void refuses(String error, String calls) {
        StringBuilder code = new StringBuilder(HEADER).append("int main(void) {\n");
        calls.lines()
                .forEach(line -> code.append(line.startsWith("#") ? line : "TRY(" + line + ")")
                        .append('\n'));
        Attempt attempt =
                Attacks.c(port(), code.append("return 0;\n}\n").toString()).ranThrough();

        assertThat(attempt.lines()).allSatisfy(line -> assertThat(line).startsWith(error + " "));
        assertThat((long) attempt.lines().size())
                .isGreaterThanOrEqualTo(Arrays.stream(calls.split("#ifdef", 2)[0].split("\n"))
                        .filter(line -> !line.isBlank())
                        .count());
    }
}

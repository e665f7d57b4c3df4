/* The last walls of a run's mount namespace, after nsjail or the launcher has made it. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Device nodes the jail has on purpose; everywhere else devices are refused. */
static const char *const DEVICES[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

static int change_mount(const char *path, unsigned flags, uint64_t set, uint64_t clear) {
    struct mount_attr attributes = {.attr_set = set, .attr_clr = clear};
    return (int)syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attributes, sizeof attributes);
}

int seal_flags(struct fault *fault) {
    if (change_mount("/", AT_RECURSIVE, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0) != 0) {
        return FAULT(fault, "mounts: nosuid, nodev");
    }
    for (size_t i = 0; i < sizeof DEVICES / sizeof *DEVICES; i++) {
        if (change_mount(DEVICES[i], 0, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NODEV) != 0) {
            return FAULT(fault, DEVICES[i]);
        }
    }
    return 0;
}

/* What /proc tells about the machine rather than about the run, and no ordinary program asks for: how it was booted, what is in it. */
static const char *const MACHINE[] = {"/proc/cmdline", "/proc/config.gz", "/proc/diskstats", "/proc/key-users",
                                      "/proc/keys",    "/proc/modules",   "/proc/partitions", "/proc/timer_list"};

static int hide_machine(struct fault *fault) {
    for (size_t i = 0; i < sizeof MACHINE / sizeof *MACHINE; i++) {
        if (mount("/dev/null", MACHINE[i], NULL, MS_BIND, NULL) != 0 && errno != ENOENT) { /* not every kernel has all of them */
            return FAULT(fault, MACHINE[i]);
        }
    }
    return 0;
}

/* The guard's writable proc first, which shows it everybody, held by a descriptor; then the one that the program sees, on top of it. */
static int mount_proc(int *proc_fd, struct fault *fault) {
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (mount("proc", "/proc", "proc", flags, NULL) != 0) {
        return FAULT(fault, "mounts: proc");
    }
    *proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*proc_fd < 0) {
        return FAULT(fault, "mounts: open proc");
    }
    if (mount("proc", "/proc", "proc", flags | MS_RDONLY, "hidepid=2") != 0) {
        return FAULT(fault, "mounts: read-only proc");
    }
    return hide_machine(fault);
}

/*
 * What lies in a connection that nobody has accepted is charged to nobody's memory. So few of them may wait, and each starts with a
 * small buffer; one that is read from grows as usual. The filter keeps programs from asking for more.
 */
static int limit_sockets(int proc_fd, struct fault *fault) {
    if (write_text(proc_fd, "sys/net/core/somaxconn", "32") != 0
        || write_text(proc_fd, "sys/net/ipv4/tcp_rmem", "4096 16384 2097152") != 0) {
        return FAULT(fault, "socket limits");
    }
    return 0;
}

int seal_mounts(int *proc_fd, struct fault *fault) {
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
        return FAULT(fault, "mounts: private");
    }
    /* neither the control directory nor this program is the business of user code */
    if (umount2("/ctl", MNT_DETACH) != 0 || umount2("/sandbox-init", MNT_DETACH) != 0) {
        return FAULT(fault, "mounts: detach");
    }
    return mount_proc(proc_fd, fault) != 0 || limit_sockets(*proc_fd, fault) != 0 || seal_flags(fault) != 0 ? -1 : 0;
}

static int loopback_up(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    struct ifreq request = {.ifr_flags = IFF_UP | IFF_RUNNING};
    strcpy(request.ifr_name, "lo");
    int result = ioctl(fd, SIOCSIFFLAGS, &request);
    close(fd);
    return result;
}

static int mount_memory(const char *path, uint64_t bytes, uint64_t inodes, uid_t owner, unsigned mode, unsigned long flags) {
    char options[160];
    snprintf(options, sizeof options, "size=%llu,nr_inodes=%llu,mode=%o,uid=%u,gid=%u", (unsigned long long)bytes,
             (unsigned long long)inodes, mode, owner, owner);
    return mount("none", path, "tmpfs", MS_NOSUID | MS_NODEV | flags, options);
}

/* The run's user has a name of its own in each run, since its number is another one in each. */
static int name_user(uid_t uid) {
    char text[256];
    int length = snprintf(text, sizeof text,
                          "root:x:0:0:root:/:/usr/sbin/nologin\nsandbox:x:%u:%u::/tmp:/bin/bash\n"
                          "nobody:x:65534:65534::/:/usr/sbin/nologin\n",
                          uid, uid);
    int fd = open("/tmp/passwd", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        return -1;
    }
    int failed = write(fd, text, (size_t)length) != length || fchmod(fd, 0444) != 0;
    close(fd);
    return failed || mount("/tmp/passwd", "/etc/passwd", NULL, MS_BIND, NULL) != 0
                   || change_mount("/etc/passwd", 0, MOUNT_ATTR_RDONLY, 0) != 0 || unlink("/tmp/passwd") != 0
               ? -1
               : 0;
}

int enter_run(const struct run_config *config, int *proc_fd, struct fault *fault) {
    if (unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWNET) != 0) {
        return FAULT(fault, "run: namespaces");
    }
    if (loopback_up() != 0) {
        return FAULT(fault, "run: loopback");
    }
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
        return FAULT(fault, "run: private mounts");
    }
    if (mount_proc(proc_fd, fault) != 0 || limit_sockets(*proc_fd, fault) != 0) {
        return -1;
    }
    if (mount_memory("/tmp", config->temporary_bytes, config->inodes, 0, 01777, 0) != 0
        || mount_memory("/dev/shm", 64u << 20, 1024, 0, 01777, MS_NOEXEC) != 0
        || mount_memory(DATA_DIR, config->data_bytes, config->inodes, config->uid, 0755, 0) != 0) {
        return FAULT(fault, "run: file systems");
    }
    if (name_user(config->uid) != 0) {
        return FAULT(fault, "run: /etc/passwd");
    }
    static const char *const control[] = {"/ctl", "/sandbox-init", "/sandbox-zygote.so"};
    for (size_t i = 0; i < sizeof control / sizeof *control; i++) {
        if (umount2(control[i], MNT_DETACH) != 0) {
            return FAULT(fault, control[i]);
        }
    }
    for (int tree = 0;; tree++) { /* one for each controller of version 1, one in all for version 2 */
        char path[24];
        snprintf(path, sizeof path, "/cg/%d", tree);
        if (umount2(path, MNT_DETACH) != 0) {
            if (errno == ENOENT && tree > 0) {
                break;
            }
            return FAULT(fault, path);
        }
    }
    if (sethostname("sandbox", 7) != 0) {
        return FAULT(fault, "run: host name");
    }
    return 0;
}

/* The last walls of a run's mount namespace, after nsjail or the launcher has made it. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Device nodes the jail has on purpose; everywhere else devices are refused. */
static const char *const DEVICES[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

static int change_mount(const char *path, unsigned flags, uint64_t set, uint64_t clear) {
    struct mount_attr attributes = {.attr_set = set, .attr_clr = clear};
    return (int)syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attributes, sizeof attributes);
}

int seal_mounts(int *proc_fd, struct fault *fault) {
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
        return FAULT(fault, "mounts: private");
    }
    /* neither the control directory nor this program is the business of user code */
    if (umount2("/ctl", MNT_DETACH) != 0 || umount2("/sandbox-init", MNT_DETACH) != 0) {
        return FAULT(fault, "mounts: detach");
    }
    /* the writable proc first, held by a descriptor; then the one that the program sees, on top of it */
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=2") != 0) {
        return FAULT(fault, "mounts: proc");
    }
    *proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*proc_fd < 0) {
        return FAULT(fault, "mounts: open proc");
    }
    if (mount("proc", "/proc", "proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=2") != 0) {
        return FAULT(fault, "mounts: read-only proc");
    }
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

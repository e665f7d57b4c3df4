/*
 * Files into and out of a run. Every path is opened beneath its directory, through no link, across no mount; what is read back is
 * a regular file or nothing. Called only while no process of the run is alive, or for names it has never seen.
 */
#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_DEPTH 10
#define MAX_PATH 4096

/* What was put under a name, to tell afterwards whether it is still there, byte by byte. */
struct placed {
    char *name;
    ino_t inode;
    uint64_t size;
    uint64_t hash;
};

static int open_beneath(int directory, const char *path, uint64_t flags, mode_t mode) {
    struct open_how how = {
        .flags = flags | O_CLOEXEC | O_NOFOLLOW | (flags & O_PATH ? 0 : O_NOCTTY), /* openat2 refuses the two together */
        .mode = flags & O_CREAT ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

static uid_t new_owner;

static int give_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status;
    (void)kind;
    return place->level == 0 ? 0 : lchown(path, new_owner, new_owner);
}

int files_open(struct files *files, uid_t uid, struct fault *fault) {
    memset(files, 0, sizeof *files);
    files->uid = uid;
    new_owner = uid;
    if (nftw("/tmp", give_entry, 4, FTW_PHYS | FTW_MOUNT) != 0) { /* what nsjail has prepared there is the program's */
        return FAULT(fault, "chown /tmp");
    }
    if (mkdir(WORK_DIR, 0755) != 0) {
        return FAULT(fault, "mkdir " WORK_DIR);
    }
    files->data_fd = open(DATA_DIR, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    files->work_fd = open(WORK_DIR, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (files->data_fd < 0 || files->work_fd < 0) {
        return FAULT(fault, "open " DATA_DIR);
    }
    if (chown(DATA_DIR, uid, uid) != 0 || chmod(DATA_DIR, 0755) != 0 || chown(WORK_DIR, uid, uid) != 0) {
        return FAULT(fault, "chown " DATA_DIR);
    }
    return 0;
}

/*
 * A fast 64-bit digest to notice changes, four lanes of eight bytes. Not made against collisions: whoever makes one deceives
 * himself about a file of his own.
 */
static void hash_block(uint64_t lanes[4], const uint8_t block[32]) {
    for (int lane = 0; lane < 4; lane++) {
        uint64_t word;
        memcpy(&word, block + 8 * lane, 8);
        lanes[lane] = (lanes[lane] ^ word) * 0x9E3779B97F4A7C15u;
        lanes[lane] ^= lanes[lane] >> 29;
    }
}

static void hash_begin(struct put *put) {
    put->hash[0] = 1;
    put->hash[1] = 2;
    put->hash[2] = 3;
    put->hash[3] = 5;
}

static void hash_more(struct put *put, const uint8_t *bytes, size_t length) {
    put->total += length;
    if (put->tail_have > 0) {
        size_t take = 32 - put->tail_have < length ? 32 - put->tail_have : length;
        memcpy(put->tail + put->tail_have, bytes, take);
        put->tail_have += take;
        bytes += take;
        length -= take;
        if (put->tail_have < 32) {
            return;
        }
        hash_block(put->hash, put->tail);
        put->tail_have = 0;
    }
    for (; length >= 32; bytes += 32, length -= 32) {
        hash_block(put->hash, bytes);
    }
    memcpy(put->tail, bytes, length);
    put->tail_have = length;
}

static uint64_t hash_end(struct put *put) {
    memset(put->tail + put->tail_have, 0, 32 - put->tail_have);
    hash_block(put->hash, put->tail);
    uint64_t sum = put->total;
    for (int lane = 0; lane < 4; lane++) {
        sum = (sum ^ put->hash[lane]) * 0xBF58476D1CE4E5B9u;
        sum ^= sum >> 31;
    }
    return sum;
}

/*
 * Makes the directories above name. Those that hold read-only files belong to the jail's root and are sticky, so that the program
 * can add to them but can neither remove nor rename what is not its own; all others belong to the program.
 */
static int make_parents(struct files *files, int base, const char *name, bool read_only) {
    char path[MAX_PATH];
    if (snprintf(path, sizeof path, "%s", name) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    for (char *slash = path; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
        *slash = 0;
        char *last = strrchr(path, '/');
        int parent = base;
        if (last != NULL) {
            *last = 0;
            parent = open_beneath(base, path, O_PATH | O_DIRECTORY, 0);
            *last = '/';
            if (parent < 0) {
                return -1;
            }
        }
        bool made = mkdirat(parent, last != NULL ? last + 1 : path, 0755) == 0;
        int error = errno;
        if (parent != base) {
            close(parent);
        }
        if (!made && error != EEXIST) {
            errno = error;
            return -1;
        }
        if (made || read_only) {
            int directory = open_beneath(base, path, O_RDONLY | O_DIRECTORY, 0);
            if (directory < 0) {
                return -1;
            }
            int failed = fchown(directory, read_only ? 0 : files->uid, files->uid)
                         || (read_only && fchmod(directory, 01775) != 0);
            close(directory);
            if (failed) {
                return -1;
            }
        }
    }
    return 0;
}

void put_begin(struct files *files, struct put *put, uint8_t target, uint8_t flags, uint64_t size, const char *name) {
    memset(put, 0, sizeof *put);
    put->fd = -1;
    put->left = size;
    put->read_only = (flags & PUT_READ_ONLY) != 0;
    put->executable = (flags & PUT_EXECUTABLE) != 0;
    put->work = target == TARGET_WORK;
    put->name = strdup(name);
    hash_begin(put);
    int base = put->work ? files->work_fd : files->data_fd;
    if (put->name == NULL) {
        put->error = ENOMEM;
        return;
    }
    if (put->read_only && !put->work && (chown(DATA_DIR, 0, files->uid) != 0 || chmod(DATA_DIR, 01775) != 0)) {
        put->error = errno;
        return;
    }
    if (make_parents(files, base, name, put->read_only) != 0) {
        put->error = errno;
        return;
    }
    put->fd = open_beneath(base, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (put->fd < 0) {
        put->error = errno;
    }
}

void put_bytes(struct put *put, const uint8_t *bytes, size_t length) {
    if (length > put->left) { /* the server breaks its word: keep to what was announced */
        length = (size_t)put->left;
        put->error = put->error != 0 ? put->error : EMSGSIZE;
    }
    put->left -= length;
    if (put->error != 0) {
        return;
    }
    hash_more(put, bytes, length);
    while (length > 0) {
        ssize_t n = write(put->fd, bytes, length);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            put->error = n < 0 ? errno : ENOSPC;
            return;
        }
        bytes += n;
        length -= (size_t)n;
    }
}

static struct placed *find_placed(struct files *files, const char *name) {
    for (size_t i = 0; i < files->placed_count; i++) {
        if (strcmp(files->placed[i].name, name) == 0) {
            return &files->placed[i];
        }
    }
    return NULL;
}

/* Remembers what lies under the name now. */
static int remember(struct files *files, struct put *put, const struct stat *status) {
    struct placed *entry = find_placed(files, put->name);
    if (entry == NULL) {
        struct placed *grown = realloc(files->placed, (files->placed_count + 1) * sizeof *grown);
        if (grown == NULL) {
            return -1;
        }
        files->placed = grown;
        entry = &files->placed[files->placed_count++];
        entry->name = put->name;
        put->name = NULL;
    }
    entry->inode = status->st_ino;
    entry->size = put->total;
    entry->hash = hash_end(put);
    return 0;
}

void put_finish(struct files *files, struct put *put) {
    struct stat status;
    if (put->error == 0
        && (fchown(put->fd, put->read_only ? 0 : files->uid, put->read_only ? 0 : files->uid) != 0
            || fchmod(put->fd, put->read_only ? 0444 : put->executable ? 0755 : 0644) != 0 || fstat(put->fd, &status) != 0
            || (!put->work && remember(files, put, &status) != 0))) {
        put->error = errno;
    }
    const bool opened = put->fd >= 0; /* beneath the directory, through no link; a name that was refused may lead anywhere */
    if (opened) {
        close(put->fd);
    }
    if (put->error != 0 && opened && put->name != NULL) {
        unlinkat(put->work ? files->work_fd : files->data_fd, put->name, 0);
    }
    free(put->name);
    put->name = NULL;
}

static bool is_unchanged(const struct placed *placed, int fd, const struct stat *status) {
    if (placed->inode != status->st_ino || placed->size != (uint64_t)status->st_size) {
        return false;
    }
    static uint8_t block[64 << 10];
    struct put digest = {0};
    hash_begin(&digest);
    ssize_t n;
    while ((n = read(fd, block, sizeof block)) != 0) {
        if (n < 0) {
            return false;
        }
        hash_more(&digest, block, (size_t)n);
    }
    return hash_end(&digest) == placed->hash;
}

struct listing {
    struct files *files;
    size_t left;
    bool cut;
    list_sink sink;
    void *context;
    char path[MAX_PATH];
};

static void list_directory(struct listing *listing, int directory, size_t path_length, int depth);

static void list_entry(struct listing *listing, int directory, const char *entry, size_t path_length, int depth) {
    size_t length = strlen(entry);
    if (path_length + length + 2 > sizeof listing->path) {
        listing->cut = true;
        return;
    }
    memcpy(listing->path + path_length, entry, length + 1);
    struct stat status;
    if (fstatat(directory, entry, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return;
    }
    if (S_ISDIR(status.st_mode)) {
        if (depth >= MAX_DEPTH) {
            listing->cut = true;
            return;
        }
        int child = open_beneath(directory, entry, O_RDONLY | O_DIRECTORY, 0);
        if (child >= 0) {
            listing->path[path_length + length] = '/';
            list_directory(listing, child, path_length + length + 1, depth + 1);
        }
    } else if (S_ISREG(status.st_mode)) {
        if (listing->left == 0) {
            listing->cut = true;
            return;
        }
        listing->left--;
        bool untouched = false;
        struct placed *placed = find_placed(listing->files, listing->path);
        int fd = placed != NULL ? open_beneath(directory, entry, O_RDONLY | O_NONBLOCK, 0) : -1;
        if (fd >= 0) {
            untouched = is_unchanged(placed, fd, &status);
            close(fd);
        }
        listing->sink(listing->context, listing->path, (uint64_t)status.st_size, untouched);
    }
}

/* Closes directory. */
static void list_directory(struct listing *listing, int directory, size_t path_length, int depth) {
    DIR *stream = fdopendir(directory);
    if (stream == NULL) {
        close(directory);
        listing->cut = true;
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(stream)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            list_entry(listing, directory, entry->d_name, path_length, depth);
        }
    }
    closedir(stream);
}

bool files_list(struct files *files, size_t max_entries, list_sink sink, void *context) {
    static struct listing listing; /* static: its path buffer is large and the recursion deep */
    listing = (struct listing){.files = files, .left = max_entries, .sink = sink, .context = context};
    int root = open_beneath(files->data_fd, ".", O_RDONLY | O_DIRECTORY, 0);
    if (root < 0) {
        return true;
    }
    list_directory(&listing, root, 0, 1);
    return listing.cut;
}

int files_open_regular(struct files *files, uint8_t target, const char *name, uint64_t *size) {
    int fd = open_beneath(target == TARGET_WORK ? files->work_fd : files->data_fd, name, O_RDONLY | O_NONBLOCK, 0);
    if (fd < 0) {
        errno = errno == ENXIO || errno == ENODEV ? ENOENT : errno; /* a socket, or a device that is none */
        return -1;
    }
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        errno = ENOENT;
        return -1;
    }
    *size = (uint64_t)status.st_size;
    return fd;
}

bool files_disk_full(const struct files *files) {
    (void)files;
    static const char *const places[] = {DATA_DIR, "/tmp"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct statvfs status;
        if (statvfs(places[i], &status) == 0 && (status.f_bavail == 0 || status.f_favail == 0)) {
            return true;
        }
    }
    return false;
}

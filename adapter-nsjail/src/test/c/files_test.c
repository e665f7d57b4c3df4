/*
 * Checks how files get into and out of a run, with links and worse planted where they lie. Makes a mount namespace of its own with
 * empty file systems in the places of a run, so it needs root and touches nothing of the machine.
 */
#include "sandbox.h"

#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define RUN_UID 1001
#define SECRET "/mnt/secret"

static struct files files;

void fault_set(struct fault *fault, const char *step) { /* the one thing that files.c takes from lockdown.c */
    fault->error = errno;
    snprintf(fault->step, sizeof fault->step, "%s", step);
}

static void write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    REQUIRE(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %s", path, strerror(errno));
    close(fd);
}

static void build_places(void) {
    struct fault fault;
    REQUIRE(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "%s", strerror(errno));
    REQUIRE(mount("none", "/mnt", "tmpfs", 0, "size=1m") == 0 && mkdir("/mnt/data", 0755) == 0, "%s", strerror(errno));
    REQUIRE(mount("none", "/mnt/data", "tmpfs", 0, "size=4m,nr_inodes=400") == 0, "%s", strerror(errno));
    REQUIRE(mount("none", "/tmp", "tmpfs", 0, "size=1m") == 0, "%s", strerror(errno));
    write_file(SECRET, "secret");
    REQUIRE(files_open(&files, RUN_UID, &fault) == 0, "%s: %s", fault.step, strerror(fault.error));
}

static int put_text(uint8_t target, uint8_t flags, const char *name, const void *bytes, size_t length, uint64_t announced) {
    struct put put;
    put_begin(&files, &put, target, flags, announced, name);
    for (size_t at = 0; at < length;) { /* in uneven pieces, as they come from a socket */
        size_t piece = 1 + at % 37 < length - at ? 1 + at % 37 : length - at;
        put_bytes(&put, (const uint8_t *)bytes + at, piece);
        at += piece;
    }
    int error = put.error;
    put_finish(&files, &put);
    return error != 0 ? error : put.error;
}

static int put(const char *name, const char *text) {
    return put_text(TARGET_DATA, 0, name, text, strlen(text), strlen(text));
}

static int get_error_in(uint8_t target, const char *name) {
    uint64_t size;
    int fd = files_open_regular(&files, target, name, &size);
    if (fd >= 0) {
        close(fd);
        return 0;
    }
    return errno;
}

static int get_error(const char *name) { return get_error_in(TARGET_DATA, name); }

struct found {
    char names[16384]; /* name:size or name:size! for an untouched one, each followed by a space */
    size_t count;
};

static void note(void *context, const char *name, uint64_t size, bool untouched) {
    struct found *found = context;
    size_t have = strlen(found->names);
    found->count++;
    if (have + strlen(name) + 32 < sizeof found->names) {
        snprintf(found->names + have, sizeof found->names - have, "%s:%llu%s ", name, (unsigned long long)size, untouched ? "!" : "");
    }
}

static struct found list(size_t limit, bool *cut) {
    struct found found = {0};
    *cut = files_list(&files, limit, note, &found);
    return found;
}

static bool is_listed(const char *entry) {
    bool cut;
    struct found found = list(1000, &cut);
    char searched[600];
    snprintf(searched, sizeof searched, "%s ", entry);
    return strstr(found.names, searched) != NULL;
}

static void empty_data(void) {
    REQUIRE(system("find /mnt/data -mindepth 1 -delete") == 0, "clean");
}

static void put_anySize_isListedUntouchedAndReadBack(void) {
    static char bytes[200000];
    static char back[sizeof bytes];
    const size_t sizes[] = {0, 1, 7, 8, 31, 32, 33, 63, 64, 65, 4096, 65536, 65537, sizeof bytes};
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)(i * 31 + i / 251);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        CHECK(put_text(TARGET_DATA, 0, "dir/file", bytes, sizes[i], sizes[i]) == 0, "%zu bytes: %s", sizes[i], strerror(errno));
        char entry[40];
        snprintf(entry, sizeof entry, "dir/file:%zu!", sizes[i]);
        CHECK(is_listed(entry), "%s", entry);
        uint64_t size = 0;
        int fd = files_open_regular(&files, TARGET_DATA, "dir/file", &size);
        CHECK(fd >= 0 && size == sizes[i] && read(fd, back, sizeof back) == (ssize_t)sizes[i] && memcmp(back, bytes, sizes[i]) == 0,
              "%zu bytes come back", sizes[i]);
        close(fd);
    }
    struct stat status;
    CHECK(stat("/mnt/data/dir/file", &status) == 0 && status.st_uid == RUN_UID && (status.st_mode & 07777) == 0644, "the program's");
    CHECK(stat("/mnt/data/dir", &status) == 0 && status.st_uid == RUN_UID, "its directory, too");
}

static void list_changedFiles_areNotUntouched(void) {
    empty_data();
    CHECK(put("same", "0123456789") == 0 && put("written", "0123456789") == 0 && put("swapped", "0123456789") == 0
              && put("longer", "0123456789") == 0,
          "put");
    struct stat before;
    REQUIRE(stat("/mnt/data/written", &before) == 0, "stat");
    write_file("/mnt/data/written", "012345678X");
    const struct timespec times[2] = {before.st_atim, before.st_mtim};
    REQUIRE(utimensat(AT_FDCWD, "/mnt/data/written", times, 0) == 0, "times");
    write_file("/mnt/data/other", "0123456789");
    REQUIRE(rename("/mnt/data/other", "/mnt/data/swapped") == 0, "rename");
    write_file("/mnt/data/longer", "0123456789+");
    CHECK(is_listed("same:10!"), "same");
    CHECK(is_listed("written:10"), "changed with its times put back");
    CHECK(is_listed("swapped:10"), "another file of the same content");
    CHECK(is_listed("longer:11"), "longer");
}

static void put_throughPlantedLinks_isRefused(void) {
    empty_data();
    REQUIRE(symlink(SECRET, "/mnt/data/link") == 0 && symlink("/mnt", "/mnt/data/dirlink") == 0
                && symlink(".", "/mnt/data/here") == 0 && symlink("/proc/self/root", "/mnt/data/magic") == 0
                && mkfifo("/mnt/data/fifo", 0666) == 0 && mkdir("/mnt/data/dir", 0755) == 0,
            "plant");
    CHECK(put("link", "overwritten") == ELOOP, "a link");
    CHECK(put("dirlink/secret", "overwritten") == ELOOP, "below a link");
    CHECK(put("dirlink/new/deep", "x") != 0, "directories below a link");
    CHECK(put("here/x", "x") == ELOOP, "below a link to here");
    CHECK(put("magic/mnt/secret", "overwritten") == ENOTDIR, "through /proc");
    CHECK(put("dir", "x") == EISDIR, "a directory");
    CHECK(put_text(TARGET_DATA, PUT_READ_ONLY, "dirlink/ro", "x", 1, 1) == ENOTDIR, "read-only below a link");
    struct stat status;
    CHECK(stat(SECRET, &status) == 0 && status.st_size == 6 && status.st_uid == 0, "the target is as it was");
    CHECK(stat("/mnt/new", &status) != 0 && stat("/mnt/ro", &status) != 0, "nothing outside");
    CHECK(lstat("/mnt/data/link", &status) == 0 && S_ISLNK(status.st_mode), "a refused put removes nothing");
}

static void put_namesThatLeadOut_areRefused(void) {
    empty_data();
    const char *const names[] = {"../secret", "/mnt/secret", "a/../../secret", "..", ".", "a/..", "a/", "a//b", "/"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CHECK(put(names[i], "overwritten") != 0, "%s", names[i]);
        CHECK(put_text(TARGET_DATA, PUT_READ_ONLY, names[i], "x", 1, 1) != 0, "read-only %s", names[i]);
        CHECK(put_text(TARGET_WORK, 0, names[i], "x", 1, 1) != 0, "work %s", names[i]);
    }
    struct stat status;
    CHECK(stat(SECRET, &status) == 0 && status.st_size == 6, "the file outside is as it was");
    CHECK(stat("/mnt", &status) == 0 && (status.st_mode & 07777) == 01777 && status.st_uid == 0, "the directory outside, too");
    char name[5000];
    memset(name, 'x', sizeof name);
    name[300] = 0;
    CHECK(put(name, "x") == ENAMETOOLONG, "a segment of 300 bytes");
    memset(name, 'x', sizeof name);
    for (size_t i = 100; i < sizeof name; i += 100) {
        name[i] = '/';
    }
    name[sizeof name - 1] = 0;
    CHECK(put(name, "x") == ENAMETOOLONG, "a path of 5000 bytes");
}

static void get_whatIsNoFileOfTheRun_isRefused(void) {
    empty_data();
    REQUIRE(symlink(SECRET, "/mnt/data/link") == 0 && symlink("/mnt", "/mnt/data/dirlink") == 0 && symlink("loop", "/mnt/data/loop") == 0
                && symlink("file", "/mnt/data/inner") == 0 && symlink("/proc/self/root", "/mnt/data/magic") == 0
                && mkfifo("/mnt/data/fifo", 0666) == 0 && mknod("/mnt/data/null", S_IFCHR | 0666, makedev(1, 3)) == 0
                && mkdir("/mnt/data/dir", 0755) == 0 && mkdir("/mnt/data/mounted", 0755) == 0
                && mount("none", "/mnt/data/mounted", "tmpfs", 0, "size=1m") == 0,
            "plant: %s", strerror(errno));
    write_file("/mnt/data/mounted/other", "of another file system");
    write_file("/mnt/data/file", "own");
    const struct {
        const char *name;
        int error;
    } cases[] = {{"link", ELOOP}, {"dirlink/secret", ELOOP}, {"loop", ELOOP}, {"inner", ELOOP}, {"magic/mnt/secret", ELOOP},
                 {"fifo", ENOENT}, {"null", ENOENT}, {"dir", ENOENT}, {"mounted/other", EXDEV}, {"../secret", EXDEV},
                 {"/mnt/secret", EXDEV}, {"missing", ENOENT}, {"file/x", ENOTDIR}, {"", ENOENT}, {"file", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int error = get_error(cases[i].name);
        CHECK(error == cases[i].error, "'%s': %s", cases[i].name, strerror(error));
    }
    bool cut;
    struct found found = list(1000, &cut);
    CHECK(strcmp(found.names, "file:3 ") == 0 && !cut, "only the file is listed: %s", found.names);
    REQUIRE(umount("/mnt/data/mounted") == 0, "umount");
}

static void put_readOnly_belongsToRootInAStickyDirectory(void) {
    empty_data();
    CHECK(put("skill/own.txt", "own") == 0, "put");
    CHECK(put_text(TARGET_DATA, PUT_READ_ONLY, "skill/deep/SKILL.md", "x", 1, 1) == 0, "put read-only");
    const char *const directories[] = {"/mnt/data", "/mnt/data/skill", "/mnt/data/skill/deep"};
    struct stat status;
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        CHECK(stat(directories[i], &status) == 0 && status.st_uid == 0 && status.st_gid == RUN_UID
                  && (status.st_mode & 07777) == 01775,
              "%s: %o", directories[i], status.st_mode);
    }
    CHECK(stat("/mnt/data/skill/deep/SKILL.md", &status) == 0 && status.st_uid == 0 && (status.st_mode & 07777) == 0444, "file");
    CHECK(stat("/mnt/data/skill/own.txt", &status) == 0 && status.st_uid == RUN_UID, "the other one is the program's");
    CHECK(is_listed("skill/deep/SKILL.md:1!"), "listed");
}

static void put_workTarget_isNotListed(void) {
    empty_data();
    CHECK(put_text(TARGET_WORK, 0, "code.c", "int x;", 6, 6) == 0, "put");
    struct stat status;
    CHECK(stat("/tmp/code/code.c", &status) == 0 && status.st_size == 6 && status.st_uid == RUN_UID, "there");
    bool cut;
    CHECK(list(1000, &cut).count == 0, "not listed");
    CHECK(get_error_in(TARGET_WORK, "code.c") == 0 && get_error("code.c") == ENOENT, "read back from where it was put");
    REQUIRE(symlink(SECRET, "/tmp/code/link") == 0, "plant: %s", strerror(errno));
    CHECK(get_error_in(TARGET_WORK, "link") == ELOOP && get_error_in(TARGET_WORK, "../secret") == EXDEV, "never through a link");
    REQUIRE(unlink("/tmp/code/link") == 0, "unlink");
}

static void put_moreThanAnnounced_isRefusedAndRemoved(void) {
    empty_data();
    CHECK(put_text(TARGET_DATA, 0, "a", "0123456789", 10, 9) == EMSGSIZE, "refused");
    struct stat status;
    CHECK(stat("/mnt/data/a", &status) != 0, "removed");
}

static void put_fullDisk_isRefusedAndRemoved(void) {
    empty_data();
    size_t length = 5u << 20;
    char *bytes = calloc(1, length);
    CHECK(!files_disk_full(&files), "room");
    CHECK(put_text(TARGET_DATA, 0, "big", bytes, length, length) == ENOSPC, "refused");
    struct stat status;
    CHECK(stat("/mnt/data/big", &status) != 0 && !files_disk_full(&files), "removed, room again");
    CHECK(put_text(TARGET_DATA, 0, "most", bytes, 4u << 20, 4u << 20) == 0 && files_disk_full(&files), "full to the last page");
    empty_data();
    for (int i = 0; i < 500; i++) {
        char name[20];
        snprintf(name, sizeof name, "f%d", i);
        int error = put(name, "");
        CHECK(error == 0 || (error == ENOSPC && files_disk_full(&files)), "file %d: %s", i, strerror(error));
    }
    free(bytes);
}

static void list_manyFiles_isCut(void) {
    empty_data();
    char name[100] = "";
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "f%d", i);
        CHECK(put(name, "x") == 0, "put");
    }
    bool cut;
    CHECK(list(20, &cut).count == 20 && !cut, "all");
    CHECK(list(19, &cut).count == 19 && cut, "all but one");
    CHECK(list(0, &cut).count == 0 && cut, "none");
}

static void list_deepDirectories_isCut(void) {
    empty_data();
    CHECK(put("1/2/3/4/5/6/7/8/9/ten", "x") == 0, "ten segments");
    bool cut;
    CHECK(list(10, &cut).count == 1 && !cut, "listed");
    CHECK(put("1/2/3/4/5/6/7/8/9/10/eleven", "x") == 0, "eleven segments");
    CHECK(list(10, &cut).count == 1 && cut, "the deeper one is not listed");
}

int main(void) {
    build_places();
    put_anySize_isListedUntouchedAndReadBack();
    list_changedFiles_areNotUntouched();
    put_throughPlantedLinks_isRefused();
    put_namesThatLeadOut_areRefused();
    get_whatIsNoFileOfTheRun_isRefused();
    put_readOnly_belongsToRootInAStickyDirectory();
    put_workTarget_isNotListed();
    put_moreThanAnnounced_isRefusedAndRemoved();
    put_fullDisk_isRefusedAndRemoved();
    list_manyFiles_isCut();
    list_deepDirectories_isCut();
    return check_failures("files");
}

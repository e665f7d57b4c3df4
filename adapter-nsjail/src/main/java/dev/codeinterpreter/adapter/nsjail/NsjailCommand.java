package dev.codeinterpreter.adapter.nsjail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line of one nsjail: typed parts in, an immutable list out.
 *
 * <p>All namespaces are new, the root is an allow-list of read-only binds on an empty read-only tmpfs, and what nsjail limits by
 * default in a way that breaks programs (address space, file size, files, processor time, niceness) is set to what the cgroup and
 * the guard limit better.
 */
final class NsjailCommand {

    /** Good in the jail's own user namespace only: what the guard needs to finish the walls and to start the program. */
    private static final List<String> CAPABILITIES =
            List.of("SYS_ADMIN", "SETUID", "SETGID", "SETPCAP", "NET_ADMIN", "KILL", "CHOWN", "DAC_OVERRIDE", "FOWNER");

    private static final List<String> DEVICES = List.of("null", "zero", "full", "random", "urandom");

    private final List<String> words = new ArrayList<>();

    NsjailCommand(String nsjail) {
        add(nsjail, "--mode", "o", "--quiet", "--time_limit", "0", "--hostname", "sandbox", "--cwd", "/");
        add("--rlimit_as", "hard", "--rlimit_cpu", "hard", "--rlimit_fsize", "hard", "--rlimit_nofile", "1024");
        add("--rlimit_nproc", "hard", "--rlimit_stack", "hard", "--rlimit_core", "1", "--nice_level", "0");
        add("--proc_rw");
        for (String capability : CAPABILITIES) {
            add("--cap", "CAP_" + capability);
        }
        for (String device : DEVICES) {
            add("--bindmount", "/dev/" + device);
        }
        symlink("/proc/self/fd", "/dev/fd");
        symlink("/proc/self/fd/0", "/dev/stdin");
        symlink("/proc/self/fd/1", "/dev/stdout");
        symlink("/proc/self/fd/2", "/dev/stderr");
    }

    /** Maps a user and group id of the jail to one of the host. */
    NsjailCommand user(int inside, int host) {
        return users(inside, host, 1);
    }

    /** Maps {@code count} user and group ids of the jail to as many of the host. */
    NsjailCommand users(int inside, int host, int count) {
        String mapping = inside + ":" + host + ":" + count;
        return add("--user", mapping, "--group", mapping);
    }

    /** Sets a variable of the program's environment, which is empty otherwise. */
    NsjailCommand environment(String name, String value) {
        return add("--env", name + "=" + value);
    }

    /** Shows a path of the host read-only. */
    NsjailCommand show(Path host, String inside) {
        return add("--bindmount_ro", host + ":" + inside);
    }

    /** Shows a path of the host read-only under its own name, if it is there. */
    NsjailCommand showIfThere(String path) {
        return Files.exists(Path.of(path)) ? show(Path.of(path), path) : this;
    }

    /** Shows a directory of the host that can be written to. */
    NsjailCommand share(Path host, String inside) {
        return add("--bindmount", host + ":" + inside);
    }

    NsjailCommand symlink(String target, String inside) {
        return add("--symlink", target + ":" + inside);
    }

    /** An empty file system in memory. */
    NsjailCommand temporary(String inside, long bytes, long inodes) {
        return add("--mount", "none:" + inside + ":tmpfs:size=" + bytes + ",nr_inodes=" + inodes + ",mode=1777");
    }

    /** The whole command with the program to start. */
    List<String> running(String... program) {
        add("--");
        add(program);
        return List.copyOf(words);
    }

    private NsjailCommand add(String... more) {
        words.addAll(List.of(more));
        return this;
    }
}

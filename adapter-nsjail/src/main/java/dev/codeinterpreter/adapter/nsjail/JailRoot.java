package dev.codeinterpreter.adapter.nsjail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The root file system every jail has: an allow-list, read-only. Nothing of the host that is not named here can be seen. */
final class JailRoot {

    /** Where the jail finds its control directory, its guard and our own files. */
    static final String CONTROL = "/ctl";

    static final String GUARD = "/sandbox-init";
    static final String ZYGOTE_LIBRARY = "/sandbox-zygote.so";

    private static final long SHARED_MEMORY_BYTES = 64L << 20;
    private static final int SHARED_MEMORY_INODES = 1024;

    /** Parts of the host's /etc that toolchains need; nothing in them is secret. */
    private static final List<String> SHOWN = List.of(
            "/etc/alternatives",
            "/etc/debian_version",
            "/etc/fonts",
            "/etc/java-25-openjdk",
            "/etc/ld.so.cache",
            "/etc/ldc2.conf",
            "/etc/localtime",
            "/etc/mime.types",
            "/etc/os-release",
            "/etc/php",
            "/etc/R",
            "/etc/ssl/certs",
            "/etc/ssl/openssl.cnf");

    private final Path nsjail;
    private final Path home;
    private final RuntimeFiles runtime;

    JailRoot(Path nsjail, Path home, RuntimeFiles runtime) {
        this.nsjail = nsjail;
        this.home = home;
        this.runtime = runtime;
    }

    /**
     * A command line with this root, to which users, file systems and a program must be added.
     *
     * @param control directory of the host with the socket of the server
     */
    NsjailCommand command(Path control) {
        NsjailCommand command = new NsjailCommand(nsjail.toString())
                .show(Path.of("/usr"), "/usr")
                .showIfThere(home.toString())
                .show(runtime.runtime(), "/rt")
                .show(runtime.guard(), GUARD)
                .share(control, CONTROL)
                .symlink("usr/bin", "/bin")
                .symlink("usr/sbin", "/sbin")
                .symlink("usr/lib", "/lib")
                .symlink("usr/lib64", "/lib64");
        for (String name : List.of("passwd", "group", "hosts", "nsswitch.conf")) {
            command.show(runtime.etc(name), "/etc/" + name);
        }
        SHOWN.forEach(command::showIfThere);
        Path nodeModules = home.resolve("js/node_modules");
        if (Files.isDirectory(nodeModules)) {
            command.show(nodeModules, "/node_modules");
        }
        return command.temporary("/dev/shm", SHARED_MEMORY_BYTES, SHARED_MEMORY_INODES);
    }

    /** The host's path of the guard, which can also start a program in a cgroup. */
    Path guard() {
        return runtime.guard();
    }

    /** The host's path of what a zygote loads. */
    Path zygoteLibrary() {
        return runtime.zygoteLibrary();
    }
}

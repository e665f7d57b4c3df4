package dev.codeinterpreter.adapter.nsjail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A cgroup file system of version 2 in an ordinary directory, with the files that a kernel would have made in it. */
final class FakeCgroups {

    private static final String[] EVERYWHERE = {
        "cgroup.controllers",
        "cgroup.procs",
        "cgroup.subtree_control",
        "memory.max",
        "memory.swap.max",
        "pids.max",
        "cpu.max",
        "memory.events",
        "pids.events",
        "cpu.stat"
    };

    private final Path root;

    FakeCgroups(Path root) {
        this.root = root;
    }

    /** Makes a cgroup with the usual files and these. */
    FakeCgroups cgroup(String name, String... more) throws IOException {
        Path directory = Files.createDirectories(root.resolve(name));
        for (String file : EVERYWHERE) {
            Files.writeString(directory.resolve(file), file.equals("cgroup.controllers") ? "cpu memory pids\n" : "");
        }
        for (String file : more) {
            Files.writeString(directory.resolve(file), "");
        }
        return this;
    }

    void write(String file, String content) throws IOException {
        Files.writeString(root.resolve(file), content);
    }

    String read(String file) throws IOException {
        return Files.readString(root.resolve(file));
    }

    void remove(String file) throws IOException {
        Files.delete(root.resolve(file));
    }
}

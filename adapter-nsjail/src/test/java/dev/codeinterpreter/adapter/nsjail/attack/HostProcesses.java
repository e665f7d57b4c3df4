package dev.codeinterpreter.adapter.nsjail.attack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What the host sees of the processes of a sandbox. */
final class HostProcesses {

    private HostProcesses() {}

    /** A word for the command line of a process, by which the host finds it. */
    static String newMark() {
        return "mark-" + UUID.randomUUID();
    }

    /** The processes of this machine with {@code mark} in their command line, in whatever namespace: their directories in /proc. */
    static List<Path> marked(String mark) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (read(process.resolve("cmdline")).contains(mark)) {
                    found.add(process);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** The user id of a process, as the host counts. */
    static String uid(Path process) {
        return read(process.resolve("status"))
                .lines()
                .filter(line -> line.startsWith("Uid:"))
                .findFirst()
                .orElse("gone");
    }

    /** The directories of the cgroups that a process is in and that belong to sandboxes: all but the root ones. */
    static List<Path> cgroups(Path process) {
        List<Path> directories = new ArrayList<>();
        for (String line : read(process.resolve("cgroup")).split("\n", -1)) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && parts[2].length() > 1) {
                for (String mount : new String[] {parts[1], "unified", "."}) {
                    Path directory = Path.of("/sys/fs/cgroup").resolve(mount).resolve(parts[2].substring(1));
                    if (!mount.isEmpty() && Files.exists(directory.resolve("cgroup.procs"))) {
                        directories.add(directory);
                        break;
                    }
                }
            }
        }
        return directories;
    }

    /** The members of a cgroup; none when it does not exist any more. */
    static List<String> members(Path cgroup) {
        return read(cgroup.resolve("cgroup.procs")).lines().toList();
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}

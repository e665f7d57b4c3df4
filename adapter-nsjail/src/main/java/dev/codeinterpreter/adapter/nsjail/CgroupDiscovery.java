package dev.codeinterpreter.adapter.nsjail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the cgroup file systems of this machine. Reading the kernel's tables is apart from acting on them, so that other machines'
 * tables can be tested.
 *
 * @param v1 mount point of each version 1 controller
 * @param v2 mount point of version 2, when it has the controllers that count
 * @param paths our own cgroup in each controller; the empty name stands for version 2
 */
record CgroupDiscovery(Map<String, Path> v1, Optional<Path> v2, Map<String, String> paths) {

    /** The cgroup of all servers, in which each has one of its own. */
    private static final String OURS = "code-interpreter";

    private static final List<String> CONTROLLERS = List.of("memory", "pids", "cpu", "cpuacct");

    /** What this process sees. */
    static CgroupDiscovery ofThisProcess() throws IOException {
        return parse(
                Files.readAllLines(Path.of("/proc/self/mounts")), Files.readAllLines(Path.of("/proc/self/cgroup")));
    }

    /**
     * Reads the tables.
     *
     * @param mounts lines of {@code /proc/self/mounts}
     * @param cgroups lines of {@code /proc/self/cgroup}
     */
    static CgroupDiscovery parse(List<String> mounts, List<String> cgroups) throws IOException {
        Map<String, Path> v1 = new HashMap<>();
        Optional<Path> v2 = Optional.empty();
        for (String line : mounts) {
            String[] words = line.split(" ", -1);
            if (words.length < 4 || List.of(words[3].split(",", -1)).contains("ro")) {
                continue;
            }
            Path mountPoint = Path.of(words[1].replace("\\040", " "));
            if (words[2].equals("cgroup")) {
                for (String option : words[3].split(",", -1)) {
                    if (CONTROLLERS.contains(option)) {
                        v1.putIfAbsent(option, mountPoint);
                    }
                }
            } else if (words[2].equals("cgroup2") && v2.isEmpty() && hasControllers(mountPoint)) {
                v2 = Optional.of(mountPoint);
            }
        }
        Map<String, String> paths = new HashMap<>();
        for (String line : cgroups) {
            String[] fields = line.split(":", 3);
            if (fields.length == 3) {
                for (String controller : fields[1].split(",", -1)) {
                    paths.put(controller, fields[2]);
                }
            }
        }
        return new CgroupDiscovery(Map.copyOf(v1), v2, Map.copyOf(paths));
    }

    private static boolean hasControllers(Path mountPoint) throws IOException {
        Path controllers = mountPoint.resolve("cgroup.controllers");
        return Files.exists(controllers)
                && List.of(Files.readString(controllers).trim().split(" ", -1))
                        .containsAll(List.of("memory", "pids", "cpu"));
    }

    /**
     * Opens the place of one server in them.
     *
     * @param instance name of the server's directory
     * @throws IOException with what is missing, when there is no usable one
     */
    CgroupTree open(String instance) throws IOException {
        if (v1.keySet().containsAll(CONTROLLERS)) {
            Map<String, Path> directories = new HashMap<>();
            v1.forEach((controller, mountPoint) -> directories.put(
                    controller, own(controller, mountPoint).resolve(OURS).resolve(instance)));
            return new CgroupV1(directories);
        }
        Path mountPoint = v2.orElseThrow(() ->
                new IOException("no writable cgroup file system with the controllers memory, pids and cpu is mounted;"
                        + " a container needs --privileged, or /sys/fs/cgroup mounted so that it can be written"));
        Path own = own("", mountPoint);
        CgroupV2.makeParent(own);
        Path ours = Files.createDirectories(own.resolve(OURS));
        CgroupFiles.write(ours, "cgroup.subtree_control", "+memory +pids +cpu");
        return new CgroupV2(ours.resolve(instance));
    }

    /** Removes what a server that is dead has left under its name. */
    void removeLeftovers(String instance) {
        v1.forEach((controller, mountPoint) ->
                CgroupFiles.removeTree(own(controller, mountPoint).resolve(OURS).resolve(instance)));
        v2.ifPresent(mountPoint ->
                CgroupFiles.removeTree(own("", mountPoint).resolve(OURS).resolve(instance)));
    }

    /**
     * Our own cgroup below a mount point; the mount point itself when it shows another part of the tree. Where an earlier server
     * has moved us into its leaf (version 2), it is the cgroup above.
     */
    private Path own(String controller, Path mountPoint) {
        String path = paths.getOrDefault(controller, "/");
        Path own = mountPoint.resolve(path.substring(1)).normalize();
        if (!own.startsWith(mountPoint) || !Files.isDirectory(own)) {
            return mountPoint;
        }
        boolean leaf = controller.isEmpty() && own.endsWith(CgroupV2.LEAF) && !own.equals(mountPoint);
        return leaf && Files.isDirectory(own.resolveSibling(OURS))
                ? own.resolveSibling("").normalize()
                : own;
    }
}

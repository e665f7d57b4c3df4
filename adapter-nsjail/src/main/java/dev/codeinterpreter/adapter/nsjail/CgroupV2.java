package dev.codeinterpreter.adapter.nsjail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Cgroups of version 2: one directory for everything. */
final class CgroupV2 implements CgroupTree {

    /** Where the processes of a cgroup go that becomes a parent. */
    static final String LEAF = "server";

    private final Path directory;

    /**
     * Takes {@code directory} for sandboxes, below a cgroup whose controllers are handed down to it.
     *
     * @param directory made if missing
     */
    CgroupV2(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        delegateControllers(directory);
    }

    /**
     * Makes {@code own} a cgroup that may have children with limits: its processes move into a leaf {@value #LEAF} first, since a
     * cgroup that hands controllers down may have no members (the "no internal processes" rule of the kernel's cgroup-v2
     * documentation). The root cgroup is exempt from the rule.
     */
    static void makeParent(Path own) throws IOException {
        boolean root = !Files.exists(own.resolve("cgroup.type"));
        if (!root) {
            Path leaf = Files.createDirectories(own.resolve(LEAF));
            for (int round = 0; round < 10; round++) {
                /* processes may fork while we move them */
                List<String> members = Files.readAllLines(own.resolve("cgroup.procs"));
                if (members.isEmpty()) {
                    break;
                }
                for (String member : members) {
                    moveIfAlive(member, leaf);
                }
            }
        }
        delegateControllers(own);
    }

    private static void moveIfAlive(String pid, Path leaf) throws IOException {
        try {
            CgroupFiles.write(leaf, "cgroup.procs", pid);
        } catch (IOException e) {
            if (ProcessHandle.of(Long.parseLong(pid)).isPresent()) {
                throw e;
            }
        }
    }

    private static void delegateControllers(Path cgroup) throws IOException {
        CgroupFiles.write(cgroup, "cgroup.subtree_control", "+memory +pids +cpu");
    }

    @Override
    public String description() {
        return "cgroup v2: cpu, memory, pids";
    }

    @Override
    public CgroupSlot slot(String name) throws IOException {
        return new Slot(directory.resolve(name));
    }

    @Override
    public CgroupTree child(String name) throws IOException {
        return new CgroupV2(directory.resolve(name));
    }

    @Override
    public List<Path> directories() {
        return List.of(directory);
    }

    @Override
    public String entranceName() {
        return "cgroup.procs";
    }

    @Override
    public void close() {
        CgroupFiles.removeTree(directory);
    }

    private static final class Slot implements CgroupSlot {

        private final Path slot;

        Slot(Path slot) throws IOException {
            this.slot = Files.createDirectories(slot);
        }

        @Override
        public void prepare(CgroupLimits limits) throws IOException {
            /* peaks cannot be reset on all kernels; a new directory starts at zero */
            if (Files.exists(slot.resolve("cgroup.events"))) {
                remove();
            }
            Files.createDirectories(slot);
            limit(limits);
        }

        @Override
        public void limit(CgroupLimits limits) throws IOException {
            CgroupFiles.write(slot, "memory.max", Long.toString(limits.memoryBytes()));
            CgroupFiles.writeIfThere(slot, "memory.swap.max", "0");
            CgroupFiles.write(slot, "pids.max", Integer.toString(limits.processes()));
            CgroupFiles.write(slot, "cpu.max", (long) (limits.cpus() * 100_000) + " 100000");
        }

        @Override
        public List<Path> entrances() {
            return List.of(slot.resolve("cgroup.procs"));
        }

        @Override
        public CgroupReading read() throws IOException {
            OptionalLong peak = CgroupFiles.number(slot, "memory.peak");
            long micros = CgroupFiles.value(slot, "cpu.stat", "usage_usec");
            return new CgroupReading(
                    CgroupFiles.value(slot, "memory.events", "oom_kill"),
                    CgroupFiles.value(slot, "pids.events", "max"),
                    peak,
                    Optional.of(Duration.ofNanos(micros * 1000)));
        }

        @Override
        public boolean evacuate() throws IOException {
            if (Files.exists(slot.resolve("cgroup.kill"))) {
                CgroupFiles.write(slot, "cgroup.kill", "1");
            }
            return CgroupFiles.killMembers(slot);
        }

        @Override
        public void remove() throws IOException {
            Files.deleteIfExists(slot);
        }
    }
}

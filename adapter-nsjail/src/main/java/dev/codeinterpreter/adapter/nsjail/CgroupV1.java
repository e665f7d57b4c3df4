package dev.codeinterpreter.adapter.nsjail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Cgroups of version 1: a directory in each controller's hierarchy. A process joins through {@code tasks}, since a process that
 * moves only itself that way needs no system-wide lock (cgroup-v1 documentation of the kernel, section 2.2).
 */
final class CgroupV1 implements CgroupTree {

    private static final long RESIDUE_BYTES = 1 << 20;

    /** Buffers of TCP and UDP are counted apart from other memory here, and not at all where they have no limit. */
    private static final long SOCKET_SHARE = 8;

    private final Map<String, Path> controllers;

    /** @param controllers our own directory in the hierarchy of each of memory, pids, cpu and cpuacct; made if missing */
    CgroupV1(Map<String, Path> controllers) throws IOException {
        this.controllers = Map.copyOf(controllers);
        for (Path directory : new LinkedHashSet<>(controllers.values())) {
            Files.createDirectories(directory);
        }
    }

    @Override
    public String description() {
        return "cgroup v1: "
                + String.join(", ", controllers.keySet().stream().sorted().toList());
    }

    @Override
    public CgroupSlot slot(String name) throws IOException {
        return new Slot(name);
    }

    @Override
    public CgroupTree child(String name) throws IOException {
        Map<String, Path> below = new HashMap<>();
        controllers.forEach((controller, directory) -> below.put(controller, directory.resolve(name)));
        return new CgroupV1(below);
    }

    @Override
    public List<Path> directories() {
        return controllers.values().stream().distinct().toList();
    }

    @Override
    public String entranceName() {
        return "tasks";
    }

    @Override
    public void close() {
        Set.copyOf(controllers.values()).forEach(CgroupFiles::removeTree);
    }

    private final class Slot implements CgroupSlot {

        private final Path memory;
        private final Path pids;
        private final Path cpu;
        private final Path cpuacct;
        private long memoryKillsBefore;
        private long refusedForksBefore;

        Slot(String name) throws IOException {
            memory = directory("memory", name);
            pids = directory("pids", name);
            cpu = directory("cpu", name);
            cpuacct = directory("cpuacct", name);
        }

        private Path directory(String controller, String name) throws IOException {
            Path directory = controllers.get(controller);
            if (directory == null) {
                throw new IOException("cgroup controller " + controller + " is not mounted");
            }
            return Files.createDirectories(directory.resolve(name));
        }

        private Collection<Path> directories() {
            return new LinkedHashSet<>(List.of(memory, pids, cpu, cpuacct));
        }

        /**
         * Pages of files that earlier runs were the first to read stay charged to the group and would be counted in the next
         * peak. A new group starts at zero, and the pages stay in the cache, charged to the parent.
         */
        private void forgetPageCache() throws IOException {
            if (CgroupFiles.number(memory, "memory.usage_in_bytes").orElse(0) > RESIDUE_BYTES) {
                Files.delete(memory);
                Files.createDirectory(memory);
            }
        }

        @Override
        public void prepare(CgroupLimits limits) throws IOException {
            forgetPageCache();
            limit(limits);
            CgroupFiles.write(memory, "memory.max_usage_in_bytes", "0");
            CgroupFiles.write(cpuacct, "cpuacct.usage", "0");
            memoryKillsBefore = memoryKills();
            refusedForksBefore = refusedForks();
        }

        @Override
        public void limit(CgroupLimits limits) throws IOException {
            String bytes = Long.toString(limits.memoryBytes());
            CgroupFiles.writeIfThere(memory, "memory.memsw.limit_in_bytes", "-1");
            CgroupFiles.write(memory, "memory.limit_in_bytes", bytes);
            CgroupFiles.writeIfThere(memory, "memory.memsw.limit_in_bytes", bytes);
            CgroupFiles.writeIfThere(
                    memory, "memory.kmem.tcp.limit_in_bytes", Long.toString(limits.memoryBytes() / SOCKET_SHARE));
            CgroupFiles.write(pids, "pids.max", Integer.toString(limits.processes()));
            CgroupFiles.write(cpu, "cpu.cfs_period_us", "100000");
            CgroupFiles.write(cpu, "cpu.cfs_quota_us", Long.toString((long) (limits.cpus() * 100_000)));
        }

        private long memoryKills() throws IOException {
            return CgroupFiles.value(memory, "memory.oom_control", "oom_kill");
        }

        private long refusedForks() throws IOException {
            return CgroupFiles.value(pids, "pids.events", "max");
        }

        @Override
        public List<Path> entrances() {
            return directories().stream()
                    .map(directory -> directory.resolve(entranceName()))
                    .toList();
        }

        @Override
        public CgroupReading read() throws IOException {
            OptionalLong nanos = CgroupFiles.number(cpuacct, "cpuacct.usage");
            return new CgroupReading(
                    memoryKills() - memoryKillsBefore,
                    refusedForks() - refusedForksBefore,
                    CgroupFiles.number(memory, "memory.max_usage_in_bytes"),
                    nanos.isPresent() ? Optional.of(Duration.ofNanos(nanos.getAsLong())) : Optional.empty());
        }

        @Override
        public boolean evacuate() throws IOException {
            boolean empty = true;
            for (Path directory : directories()) {
                empty &= CgroupFiles.killMembers(directory);
            }
            return empty;
        }

        @Override
        public void remove() throws IOException {
            for (Path directory : directories()) {
                Files.deleteIfExists(directory);
            }
        }
    }
}

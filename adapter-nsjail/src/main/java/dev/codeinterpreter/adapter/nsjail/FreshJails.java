package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.sandbox.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts an nsjail of its own for a run: some milliseconds slower than a parked run, and always possible. */
final class FreshJails implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FreshJails.class);

    /** nsjail and the guard are members of the run's cgroup. */
    private static final int OWN_PROCESSES = 2;

    private static final long OWN_MEMORY = 8L << 20;

    private final JailRoot root;
    private final Toolchains toolchains;
    private final Path directory;
    private final CgroupTree cgroups;
    private final HostUids uids;
    private final int rootUid;
    private final int programUid;
    private final Duration startTimeout;
    private final ScheduledExecutorService clock;
    private final Deque<CgroupSlot> freeSlots = new ConcurrentLinkedDeque<>();
    private final Set<FreshHost> living = ConcurrentHashMap.newKeySet();
    private final AtomicInteger slotCount = new AtomicInteger();
    private final AtomicInteger runCount = new AtomicInteger();

    /**
     * Jails below {@code directory}.
     *
     * @param uids for the programs; {@code settings.firstHostUid()} itself is root in the jails and not among them
     */
    FreshJails(
            JailRoot root,
            Toolchains toolchains,
            Path directory,
            CgroupTree cgroups,
            HostUids uids,
            NsjailSettings settings,
            ScheduledExecutorService clock) {
        this.root = root;
        this.toolchains = toolchains;
        this.directory = directory;
        this.cgroups = cgroups;
        this.uids = uids;
        this.rootUid = settings.firstHostUid();
        this.programUid = settings.uid();
        this.startTimeout = settings.startTimeout();
        this.clock = clock;
    }

    /**
     * Starts one.
     *
     * @throws SandboxLostException when it did not come up
     */
    SandboxHost start(Limits limits) {
        int uid = uids.take();
        String name = "r" + runCount.incrementAndGet();
        Path control = directory.resolve(name);
        CgroupSlot slot = null;
        try {
            slot = takeSlot(limits);
            Files.createDirectory(control);
            Jail jail = Jail.start(control, rootUid, command(limits, uid, slot, control), clock, startTimeout);
            FreshHost host = new FreshHost(name, jail, slot, uid);
            living.add(host);
            return host;
        } catch (IOException | SandboxLostException e) {
            uids.giveBack(uid);
            if (slot != null) {
                giveBack(slot);
            }
            Jail.removeFiles(control);
            LOG.warn("A sandbox did not start", e);
            throw e instanceof SandboxLostException lost
                    ? lost
                    : new SandboxLostException("The sandbox could not be started", e);
        }
    }

    private List<String> command(Limits limits, int uid, CgroupSlot slot, Path control) {
        NsjailCommand command = root.command(control)
                .user(0, rootUid)
                .user(programUid, uid)
                .temporary("/tmp", limits.temporaryBytes(), limits.inodes())
                .temporary("/mnt/data", limits.diskBytes(), limits.inodes());
        toolchains
                .fontList()
                .ifPresent(list -> command.symlink(list.toString(), "/tmp/.config/matplotlib/" + list.getFileName()));
        List<String> words = new ArrayList<>(List.of(root.guard().toString(), "enter"));
        slot.entrances().forEach(entrance -> words.add(entrance.toString()));
        words.add("--");
        words.addAll(command.running(
                JailRoot.GUARD,
                "once",
                Integer.toString(programUid),
                Long.toString(limits.fileBytes()),
                Integer.toString(limits.processes())));
        return List.copyOf(words);
    }

    private CgroupSlot takeSlot(Limits limits) throws IOException {
        CgroupSlot slot = freeSlots.pollFirst();
        if (slot == null) {
            slot = cgroups.slot("s" + slotCount.incrementAndGet());
        }
        slot.prepare(
                new CgroupLimits(limits.memoryBytes() + OWN_MEMORY, limits.processes() + OWN_PROCESSES, limits.cpus()));
        return slot;
    }

    /** A slot that somebody still sits in after two seconds is not used again; closing the tree removes it. */
    private void giveBack(CgroupSlot slot) {
        if (CgroupFiles.evacuate(slot)) {
            freeSlots.addFirst(slot);
        } else {
            LOG.warn("A sandbox's cgroup did not become empty and is not used again");
        }
    }

    /** Ends every run that is still there. */
    @Override
    public void close() {
        List.copyOf(living).forEach(FreshHost::abandon);
    }

    /** One nsjail with its cgroup and its user. */
    private final class FreshHost implements SandboxHost {

        private final String name;
        private final Jail jail;
        private final CgroupSlot slot;
        private final int uid;

        FreshHost(String name, Jail jail, CgroupSlot slot, int uid) {
            this.name = name;
            this.jail = jail;
            this.slot = slot;
            this.uid = uid;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public FrameChannel channel() {
            return jail.channel();
        }

        @Override
        public boolean handsOver() {
            return false;
        }

        @Override
        public CgroupReading reading() throws IOException {
            return slot.read();
        }

        @Override
        public ScheduledExecutorService clock() {
            return clock;
        }

        @Override
        public void abandon() {
            jail.abandon();
        }

        @Override
        public void close() {
            jail.close();
            giveBack(slot);
            uids.giveBack(uid);
            living.remove(this);
        }
    }
}

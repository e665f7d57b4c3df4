package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.IsolationLayer;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import dev.codeinterpreter.core.sandbox.SandboxSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sandboxes made with nsjail, one nsjail for each run. Safe for use by many threads.
 *
 * <p>Needs to be root: it maps user ids and makes cgroups. What an earlier server left that was killed is removed when this one
 * opens.
 */
public final class NsjailSandboxes implements SandboxPort, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NsjailSandboxes.class);

    /** nsjail and the guard are members of the run's cgroup. */
    private static final int OWN_PROCESSES = 2;

    private static final long OWN_MEMORY = 8L << 20;

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

    private static final long SHARED_MEMORY_BYTES = 64L << 20;

    private final NsjailSettings settings;
    private final Path nsjail;
    private final Toolchains toolchains;
    private final InstanceDirectory instance;
    private final RuntimeFiles runtime;
    private final CgroupTree cgroups;
    private final HostUids uids;
    private final Deque<CgroupSlot> freeSlots = new ConcurrentLinkedDeque<>();
    private final Set<NsjailHost> living = ConcurrentHashMap.newKeySet();
    private final AtomicInteger slotCount = new AtomicInteger();
    private final AtomicInteger runCount = new AtomicInteger();
    private final ScheduledExecutorService clock;

    private NsjailSandboxes(NsjailSettings settings, Path nsjail, InstanceDirectory instance) throws IOException {
        this.settings = settings;
        this.nsjail = nsjail;
        this.toolchains = Toolchains.in(settings.home());
        this.instance = instance;
        this.runtime = RuntimeFiles.unpack(instance.path().resolve("files"), settings.uid());
        this.cgroups = CgroupDiscovery.ofThisProcess().open(instance.name());
        this.uids = new HostUids(settings.firstHostUid() + 1, NsjailSettings.HOST_UIDS - 1);
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("sandbox-clock").factory());
        executor.setRemoveOnCancelPolicy(true);
        this.clock = executor;
    }

    /**
     * Opens the sandboxes of this process.
     *
     * @throws UnavailableException when nsjail is missing, this process is not root, the base directory cannot be written or no
     *     cgroup can be made; the message says what to do
     */
    public static NsjailSandboxes open(NsjailSettings settings) {
        Path nsjail = findNsjail(settings.nsjail());
        requireRoot();
        removeLeftovers(settings.baseDirectory());
        InstanceDirectory instance = InstanceDirectory.create(settings.baseDirectory());
        try {
            return new NsjailSandboxes(settings, nsjail, instance);
        } catch (IOException e) {
            UnavailableException failure = new UnavailableException(
                    "sandboxes", "Sandboxes cannot be made on this machine: " + e.getMessage(), e);
            try {
                instance.close();
            } catch (IOException notRemoved) {
                failure.addSuppressed(notRemoved);
            }
            throw failure;
        }
    }

    private static Path findNsjail(String name) {
        if (name.contains("/")) {
            Path path = Path.of(name);
            if (Files.isExecutable(path)) {
                return path.toAbsolutePath();
            }
        } else {
            for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
                Path path = Path.of(directory, name);
                if (!directory.isEmpty() && Files.isExecutable(path)) {
                    return path.toAbsolutePath();
                }
            }
        }
        throw new UnavailableException(
                "nsjail", "nsjail was not found as '" + name + "' (NSJAIL_BINARY): docker/setup.sh installs it");
    }

    private static void requireRoot() {
        try {
            if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
                throw new UnavailableException(
                        "sandboxes", "Sandboxes need root, to map user ids and to make cgroups: start with sudo");
            }
        } catch (IOException e) {
            throw new UnavailableException("sandboxes", "/proc is not mounted", e);
        }
    }

    /** What servers that were killed have left: their cgroups with whoever is still in them, and their directories. */
    private static void removeLeftovers(Path base) {
        try {
            for (Path dead : InstanceDirectory.deadOnes(base)) {
                LOG.info("Removing what a killed server left: {}", dead.getFileName());
                CgroupDiscovery.ofThisProcess()
                        .removeLeftovers(dead.getFileName().toString());
                InstanceDirectory.removeTree(dead);
            }
        } catch (IOException e) {
            LOG.warn("Cannot look for leftovers of killed servers in {}", base, e);
        }
    }

    @Override
    public Sandbox open(SandboxSpec spec) {
        Toolchain toolchain = toolchains.toolchain(spec.language());
        List<Path> missing = toolchain.missing();
        if (!missing.isEmpty()) {
            throw new UnavailableException(
                    "toolchain " + spec.language().code(),
                    spec.language().displayName() + " is not installed here: docker/setup.sh --languages "
                            + toolchain.install() + " installs it");
        }
        return new NsjailSandbox(start(spec.limits()), toolchain, spec.limits(), toolchains.commonEnvironment());
    }

    private NsjailHost start(Limits limits) {
        int uid = uids.take();
        CgroupSlot slot = null;
        try {
            slot = takeSlot(limits);
            int number = runCount.incrementAndGet();
            Path directory = Files.createDirectory(instance.path().resolve("r" + number));
            Jail jail = Jail.start(
                    directory,
                    settings.firstHostUid(),
                    command(limits, uid, slot, directory),
                    clock,
                    settings.startTimeout());
            NsjailHost host = new NsjailHost("r" + number, jail, slot, uid);
            living.add(host);
            return host;
        } catch (IOException | SandboxLostException e) {
            uids.giveBack(uid);
            if (slot != null) {
                giveBack(slot);
            }
            if (e instanceof SandboxLostException lost) {
                LOG.warn("A sandbox did not start", lost);
                throw lost;
            }
            throw new SandboxLostException("The sandbox could not be started", e);
        }
    }

    private List<String> command(Limits limits, int uid, CgroupSlot slot, Path directory) {
        NsjailCommand command = new NsjailCommand(nsjail.toString())
                .user(0, settings.firstHostUid())
                .user(settings.uid(), uid)
                .show(Path.of("/usr"), "/usr")
                .show(settings.home(), settings.home().toString())
                .show(runtime.runtime(), "/rt")
                .show(runtime.guard(), "/sandbox-init")
                .share(directory, "/ctl")
                .symlink("usr/bin", "/bin")
                .symlink("usr/sbin", "/sbin")
                .symlink("usr/lib", "/lib")
                .symlink("usr/lib64", "/lib64");
        for (String name : List.of("passwd", "group", "hosts", "nsswitch.conf")) {
            command.show(runtime.etc(name), "/etc/" + name);
        }
        SHOWN.forEach(command::showIfThere);
        Path nodeModules = settings.home().resolve("js/node_modules");
        if (Files.isDirectory(nodeModules)) {
            command.show(nodeModules, "/node_modules");
        }
        command.temporary("/tmp", limits.temporaryBytes(), limits.inodes())
                .temporary("/mnt/data", limits.diskBytes(), limits.inodes())
                .temporary("/dev/shm", SHARED_MEMORY_BYTES, 1024);
        toolchains
                .fontList()
                .ifPresent(list -> command.symlink(list.toString(), "/tmp/.config/matplotlib/" + list.getFileName()));
        List<String> words = new ArrayList<>();
        words.add(runtime.guard().toString());
        words.add("enter");
        slot.entrances().forEach(entrance -> words.add(entrance.toString()));
        words.add("--");
        words.addAll(command.running(
                "/sandbox-init",
                "once",
                Integer.toString(settings.uid()),
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
        try {
            for (int attempt = 0; attempt < 200; attempt++) {
                if (slot.evacuate()) {
                    freeSlots.addFirst(slot);
                    return;
                }
                Thread.sleep(10);
            }
            LOG.warn("A sandbox's cgroup did not become empty and is not used again");
        } catch (IOException e) {
            LOG.warn("A sandbox's cgroup cannot be read and is not used again", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Set<Language> languages() {
        EnumSet<Language> found = EnumSet.noneOf(Language.class);
        Arrays.stream(Language.values())
                .filter(language -> toolchains.toolchain(language).missing().isEmpty())
                .forEach(found::add);
        return found;
    }

    @Override
    public List<IsolationLayer> inspect() {
        return new IsolationProbe(this, settings, cgroups.description()).layers();
    }

    /** Ends every sandbox that is still open, and removes everything this object made. */
    @Override
    public void close() {
        List.copyOf(living).forEach(NsjailHost::abandon);
        clock.shutdownNow();
        cgroups.close();
        try {
            instance.close();
        } catch (IOException e) {
            LOG.warn("Cannot remove {}", instance.path(), e);
        }
    }

    /** One nsjail with its cgroup and its user. */
    private final class NsjailHost implements SandboxHost {

        private final String name;
        private final Jail jail;
        private final CgroupSlot slot;
        private final int uid;

        NsjailHost(String name, Jail jail, CgroupSlot slot, int uid) {
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

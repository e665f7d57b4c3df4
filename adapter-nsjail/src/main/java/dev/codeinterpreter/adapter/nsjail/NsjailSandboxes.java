package dev.codeinterpreter.adapter.nsjail;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sandboxes made with nsjail: a run that was parked ahead in a long-lived jail, or an nsjail of its own. Safe for use by many threads.
 *
 * <p>Needs to be root: it maps user ids and makes cgroups. What an earlier server left that was killed is removed when this one
 * opens.
 */
public final class NsjailSandboxes implements SandboxPort, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NsjailSandboxes.class);

    /** User ids of the host for nsjails that serve one run; the rest is for the jails of the pools. */
    private static final int FRESH_UIDS = 20_000;

    private static final Limits PROBE_LIMITS = Limits.DEFAULT.withWallTime(Duration.ofSeconds(30));

    /** How long a probe waits for a jail that has just been started. */
    private static final Duration PROBE_PATIENCE = Duration.ofSeconds(30);

    /** How much of the toolchains is read ahead: no more than this, and no more than this part of the memory that is left. */
    private static final long LONGEST_READ = 2L << 30;

    private static final long MEMORY_SHARE_READ = 4;

    private final NsjailSettings settings;
    private final Toolchains toolchains;
    private final InstanceDirectory instance;
    private final CgroupTree cgroups;
    private final FreshJails fresh;
    private final Map<PythonTier, ParkedPool> pythons = new EnumMap<>(PythonTier.class);
    private final Map<String, ParkedPool> runtimes = new LinkedHashMap<>();
    private final @Nullable ParkedPool launcher;
    private final ScheduledExecutorService clock;
    private final CompileCache cache;
    private final @Nullable ToolchainReader reader;

    private NsjailSandboxes(NsjailSettings settings, Path nsjail, InstanceDirectory instance) throws IOException {
        this.settings = settings;
        this.toolchains = Toolchains.in(settings.home());
        this.instance = instance;
        this.cache = new CompileCache(instance.path().resolve("compiled"), settings.compiledBytes());
        RuntimeFiles runtime = RuntimeFiles.unpack(instance.path().resolve("files"), settings.uid());
        this.cgroups = CgroupDiscovery.ofThisProcess().open(instance.name());
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("sandbox-clock").factory());
        executor.setRemoveOnCancelPolicy(true);
        this.clock = executor;
        JailRoot root = new JailRoot(nsjail, settings.home(), runtime);
        HostUids uids = new HostUids(settings.firstHostUid() + 1, FRESH_UIDS - 1);
        this.fresh = new FreshJails(root, toolchains, instance.path(), cgroups, uids, settings, clock);
        JailFactory jails = new JailFactory(
                root,
                instance.path(),
                cgroups,
                settings,
                settings.firstHostUid() + FRESH_UIDS,
                NsjailSettings.HOST_UIDS - FRESH_UIDS);
        this.launcher = settings.pool().enabled() ? pool(launcherKind(), jails) : null;
        this.reader = settings.pool().enabled()
                ? ToolchainReader.start(
                        toolchains.oftenRead(), Math.min(LONGEST_READ, HostMemory.available() / MEMORY_SHARE_READ))
                : null;
        if (settings.pool().enabled()
                && settings.pool().python()
                && toolchains.toolchain(Language.PYTHON).missing().isEmpty()) {
            for (PythonTier tier : PythonTier.values()) {
                pythons.put(tier, pool(pythonKind(tier), jails));
            }
        }
        for (Language language : Language.values()) {
            Toolchain toolchain = toolchains.toolchain(language);
            toolchain
                    .runtime()
                    .filter(_ -> toolchain.missing().isEmpty())
                    .ifPresent(waiting -> park(language, waiting, jails));
        }
    }

    /** With the limits that programs of the language have, since a runtime's heap is made from the one of memory. */
    private void park(Language language, ParkedRuntime runtime, JailFactory jails) {
        int waiting = settings.pool().runtimes().waiting(runtime.name());
        Limits usual = settings.limits();
        Limits limits = usual.withMemoryBytes(Math.round(usual.memoryBytes() * language.memoryFactor()));
        if (settings.pool().enabled() && waiting > 0) {
            runtimes.computeIfAbsent(
                    runtime.name(),
                    _ -> new ParkedPool(runtimeKind(runtime, waiting), limits, settings.pool(), jails, clock));
        }
    }

    private static ParkedPool.Kind runtimeKind(ParkedRuntime runtime, int waiting) {
        return new ParkedPool.Kind(
                runtime.name(), waiting, false, Optional.of(runtime), List.of(JailRoot.GUARD, "launch"), Map.of());
    }

    private ParkedPool pool(ParkedPool.Kind kind, JailFactory jails) {
        return new ParkedPool(kind, settings.limits(), settings.pool(), jails, clock);
    }

    private ParkedPool.Kind launcherKind() {
        return new ParkedPool.Kind(
                "launcher",
                settings.pool().launcherRuns(),
                false,
                Optional.empty(),
                List.of(JailRoot.GUARD, "launch"),
                Map.of());
    }

    private ParkedPool.Kind pythonKind(PythonTier tier) {
        Map<String, String> environment = new LinkedHashMap<>(toolchains.commonEnvironment());
        environment.putAll(toolchains.toolchain(Language.PYTHON).environment());
        /* one heap without arenas and one thread: what a copy can be made of quickly, or at all */
        environment.put("PYTHONMALLOC", "malloc");
        environment.put("OPENBLAS_NUM_THREADS", "1");
        environment.put("OMP_NUM_THREADS", "1");
        environment.put("JE_ARROW_MALLOC_CONF", "background_thread:false");
        return new ParkedPool.Kind(
                tier.label(),
                settings.pool().pythonRuns(),
                true,
                Optional.empty(),
                List.of(
                        toolchains.pythonInterpreter().toString(),
                        "/rt/zygote.py",
                        JailRoot.ZYGOTE_LIBRARY,
                        String.join(",", tier.modules()),
                        toolchains.fontList().map(Path::toString).orElse("")),
                environment);
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
            if (isProgram(path)) {
                return path.toAbsolutePath();
            }
        } else {
            for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
                Path path = Path.of(directory, name);
                if (!directory.isEmpty() && isProgram(path)) {
                    return path.toAbsolutePath();
                }
            }
        }
        throw new UnavailableException(
                "nsjail", "nsjail was not found as '" + name + "' (NSJAIL_BINARY): docker/setup.sh installs it");
    }

    private static boolean isProgram(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
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
        return sandbox(host(spec), spec.language(), spec.limits(), spec.scope());
    }

    private NsjailSandbox sandbox(SandboxHost host, Language language, Limits limits, String scope) {
        return new NsjailSandbox(
                host, toolchains.toolchain(language), limits, toolchains.commonEnvironment(), cache, scope);
    }

    /** A parked run where one fits and comes in time, with a runtime in it if one waits, else an nsjail of its own. */
    private SandboxHost host(SandboxSpec spec) {
        Stream<@Nullable ParkedPool> candidates = spec.language() == Language.PYTHON
                ? Stream.of(pythons.get(PythonTier.of(spec.source())))
                : Stream.of(
                        toolchains
                                .toolchain(spec.language())
                                .runtime()
                                .map(runtime -> runtimes.get(runtime.name()))
                                .orElse(null),
                        launcher);
        return candidates
                .filter(Objects::nonNull)
                .filter(pool -> pool.serves(spec.limits()))
                .flatMap(pool -> pool.take(spec.limits()).stream())
                .findFirst()
                .orElseGet(() -> fresh.start(spec.limits()));
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
        IsolationProbe.Way freshWay = new IsolationProbe.Way(
                "nsjail", PROBE_LIMITS, false, limits -> sandbox(fresh.start(limits), Language.BASH, limits, ""));
        List<IsolationProbe.Way> parkedWays = new ArrayList<>();
        if (launcher != null) {
            parkedWays.add(parkedWay(launcher, Language.BASH));
        }
        pythons.forEach((tier, pool) -> {
            if (tier == PythonTier.BARE || pool.status().ready() > 0) {
                parkedWays.add(parkedWay(pool, Language.PYTHON));
            }
        });
        return new IsolationProbe(settings.uid(), cgroups.description()).layers(freshWay, parkedWays);
    }

    private IsolationProbe.Way parkedWay(ParkedPool pool, Language language) {
        String name = "parked " + pool.status().name();
        return new IsolationProbe.Way(
                name, settings.limits().withWallTime(PROBE_LIMITS.wallTime()), language == Language.PYTHON, limits -> {
                    SandboxHost host = pool.takeWhenReady(limits, PROBE_PATIENCE)
                            .orElseThrow(() -> new UnavailableException(
                                    "sandboxes",
                                    name + ": no run was parked within " + PROBE_PATIENCE.toSeconds() + " s"));
                    return sandbox(host, language, limits, "");
                });
    }

    private Stream<ParkedPool> allPools() {
        return Stream.of(Stream.ofNullable(launcher), pythons.values().stream(), runtimes.values().stream())
                .flatMap(pools -> pools);
    }

    /** How the pools of parked runs look now; empty when they are switched off. */
    public List<PoolStatus> pools() {
        return allPools().map(ParkedPool::status).toList();
    }

    /** What compilers have made, for tests. */
    CompileCache compileCache() {
        return cache;
    }

    /** Ends every sandbox that is still open, and removes everything this object made. */
    @Override
    public void close() {
        if (reader != null) {
            reader.close();
        }
        fresh.close();
        if (launcher != null) {
            launcher.close();
        }
        pythons.values().forEach(ParkedPool::close);
        runtimes.values().forEach(ParkedPool::close);
        clock.shutdownNow();
        cgroups.close();
        try {
            instance.close();
        } catch (IOException e) {
            LOG.warn("Cannot remove {}", instance.path(), e);
        }
    }
}

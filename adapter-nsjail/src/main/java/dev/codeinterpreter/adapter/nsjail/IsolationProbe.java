package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.execution.OutputListener;
import dev.codeinterpreter.core.failure.CodeInterpreterException;
import dev.codeinterpreter.core.sandbox.IsolationLayer;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.Program;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import dev.codeinterpreter.core.sandbox.RunResult;
import dev.codeinterpreter.core.sandbox.Sandbox;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Goes into real sandboxes and tries the walls from inside. Each probe has a sandbox of its own; they run side by side. */
final class IsolationProbe {

    /** Opens a sandbox for a program of the way's language. */
    interface Opener {

        /** Throws what {@link dev.codeinterpreter.core.sandbox.SandboxPort#open} throws. */
        Sandbox open(Limits limits);
    }

    /**
     * A way to make sandboxes.
     *
     * @param name stands before the names of its layers
     * @param limits under which it makes them
     * @param python whether programs are Python's, else those of Bash
     */
    record Way(String name, Limits limits, boolean python, Opener opener) {}

    /** Prints {@code name=value} lines on what a program sees of its sandbox. */
    private static final String LOOK_AROUND = """
            while read -r key value; do
              case $key in Uid:|CapEff:|CapBnd:|NoNewPrivs:|Seccomp:) echo "${key%:}=$value";; esac
            done < /proc/self/status
            echo "pids=$(ls -d /proc/[0-9]* | wc -l)"
            echo "interfaces=$(ls /proc/sys/net/ipv4/conf | grep -vE '^(all|default)$' | tr '\\n' ' ')"
            echo "host=$(cat /proc/sys/kernel/hostname)"
            echo "writable=$(touch /usr/x 2>/dev/null && echo usr)$(touch /x 2>/dev/null && echo root)"
            echo "proc=$(grep ' /proc ' /proc/mounts | tail -n 1)"
            echo "ipc=$(cat /proc/sysvipc/shm | wc -l)"
            echo "unshare=$(unshare --user true 2>/dev/null && echo yes || echo no)"
            echo "disk=$(df --block-size=1 --output=size /mnt/data | tail -n 1)"
            """;

    private static final String LOOK_AROUND_IN_PYTHON = """
            import ctypes, os, socket
            for line in open("/proc/self/status"):
                key, _, value = line.partition(":")
                if key in ("Uid", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp"):
                    print(f"{key}={value.strip()}")
            print("pids=%d" % sum(name.isdigit() for name in os.listdir("/proc")))
            interfaces = set(os.listdir("/proc/sys/net/ipv4/conf")) - {"all", "default"}
            print("interfaces=" + "".join(name + " " for name in sorted(interfaces)))
            print("host=" + socket.gethostname())
            def opens(path):
                try:
                    open(path, "w")
                    return path
                except OSError:
                    return ""
            print("writable=" + opens("/usr/x") + opens("/x"))
            print("proc=" + [line for line in open("/proc/mounts") if " /proc " in line][-1].strip())
            print("ipc=%d" % len(open("/proc/sysvipc/shm").readlines()))
            print("unshare=" + ("yes" if ctypes.CDLL(None).unshare(0x10000000) == 0 else "no"))
            disk = os.statvfs("/mnt/data")
            print("disk=%d" % (disk.f_blocks * disk.f_frsize))
            """;

    private static final String EAT_MEMORY = "x=$(head -c 400000000 /dev/zero | tr '\\0' x); echo ${#x}";

    private static final String FORK_MUCH =
            "exec perl -e 'for (1..200) { my $p = fork(); exit 1 unless defined $p; if (!$p) { sleep 5; exit } }'";

    private static final String FILL_DISK = "head -c 64M /dev/zero > fill";

    private final int uid;
    private final String cgroups;

    /** @param cgroups in a sentence, which cgroups limit memory and processes */
    IsolationProbe(int uid, String cgroups) {
        this.uid = uid;
        this.cgroups = cgroups;
    }

    /**
     * The layers of every way.
     *
     * @param fresh the way whose limits can be chosen at will; it is tried in full
     * @param parked those whose limits are built in; what they share with the other is not tried again
     */
    List<IsolationLayer> layers(Way fresh, List<Way> parked) {
        List<Callable<List<IsolationLayer>>> probes = new ArrayList<>();
        probes.add(() -> lookAround(fresh));
        for (Way way : parked) {
            probes.add(() -> lookAround(way));
        }
        Limits small = fresh.limits().withMemoryBytes(128L << 20).withProcesses(32);
        probes.add(() -> limit(fresh, "memory limit", EAT_MEMORY, small, Outcome.MemoryExceeded.class));
        probes.add(() -> limit(fresh, "process limit", FORK_MUCH, small, Outcome.ProcessesExceeded.class));
        probes.add(() -> limit(
                fresh, "disk limit", FILL_DISK, fresh.limits().withDiskBytes(8L << 20), Outcome.DiskExceeded.class));
        probes.add(() -> limit(
                fresh,
                "time limit",
                "while :; do :; done",
                fresh.limits().withWallTime(Duration.ofMillis(300)),
                Outcome.TimedOut.class));
        List<IsolationLayer> layers = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<List<IsolationLayer>> probe : executor.invokeAll(probes)) {
                layers.addAll(probe.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            layers.add(new IsolationLayer("probe", false, "interrupted"));
        } catch (ExecutionException e) {
            layers.add(new IsolationLayer("probe", false, String.valueOf(e.getCause())));
        }
        return layers;
    }

    private List<IsolationLayer> lookAround(Way way) {
        Map<String, String> seen;
        try {
            seen = look(way);
        } catch (CodeInterpreterException e) {
            Throwable cause = e.getCause();
            String detail = e.reason() + (cause == null ? "" : ": " + cause.getMessage());
            return List.of(new IsolationLayer(way.name(), false, detail));
        }
        Layers layers = new Layers(way.name());
        String user = seen.getOrDefault("Uid", "");
        layers.add("user namespace", ownUser(user), "program runs as " + user.replace('\t', ' '));
        layers.add("pid namespace", number(seen, "pids") < 10, seen.get("pids") + " processes visible");
        layers.add("mount namespace", "".equals(seen.get("writable")), "neither the root nor /usr can be written");
        layers.add("read-only /proc", seen.getOrDefault("proc", "").contains(" ro,"), seen.get("proc"));
        layers.add("net namespace", "lo ".equals(seen.get("interfaces")), "interfaces: " + seen.get("interfaces"));
        layers.add("uts namespace", "sandbox".equals(seen.get("host")), "host name: " + seen.get("host"));
        layers.add("ipc namespace", number(seen, "ipc") == 1, "System V segments: " + (number(seen, "ipc") - 1));
        layers.add(
                "capabilities", isZero(seen.get("CapEff")) && isZero(seen.get("CapBnd")), "effective, bounding: none");
        layers.add("no new privileges", "1".equals(seen.get("NoNewPrivs")), "NoNewPrivs " + seen.get("NoNewPrivs"));
        boolean filtered = "2".equals(seen.get("Seccomp")) && "no".equals(seen.get("unshare"));
        layers.add("seccomp", filtered, "filter on, a new user namespace is refused");
        long disk = number(seen, "disk");
        layers.add("disk size", disk <= way.limits().diskBytes(), disk + " bytes of working directory");
        return layers.found;
    }

    /** A run of its own nsjail has the configured user; parked runs have it or one of those after it. */
    private boolean ownUser(String status) {
        String[] ids = status.split("\\s+", -1);
        if (ids.length != 4 || !ids[0].matches("\\d{1,9}")) {
            return false;
        }
        int seen = Integer.parseInt(ids[0]);
        return seen >= uid && seen < uid + JailFactory.RUN_UIDS;
    }

    private List<IsolationLayer> limit(
            Way way, String name, String script, Limits limits, Class<? extends Outcome> expected) {
        Layers layers = new Layers(way.name());
        try (Sandbox sandbox = way.opener().open(limits)) {
            Outcome outcome = sandbox.run(new Program(script, List.of(), ProgramInput.empty()), OutputListener.NONE)
                    .outcome();
            layers.add(name, expected.isInstance(outcome), cgroups + "; ended as " + outcome);
        } catch (CodeInterpreterException e) {
            layers.add(name, false, e.reason());
        }
        return layers.found;
    }

    private static Map<String, String> look(Way way) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        OutputListener listener = new OutputListener() {
            @Override
            public void stdout(byte[] bytes, int offset, int length) {
                said.write(bytes, offset, length);
            }

            @Override
            public void stderr(byte[] bytes, int offset, int length) {}
        };
        String source = way.python() ? LOOK_AROUND_IN_PYTHON : LOOK_AROUND;
        RunResult result;
        try (Sandbox sandbox = way.opener().open(way.limits())) {
            result = sandbox.run(new Program(source, List.of(), ProgramInput.empty()), listener);
        }
        Map<String, String> seen = new TreeMap<>();
        seen.put("outcome", result.outcome().toString());
        for (String line : said.toString(StandardCharsets.UTF_8).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                seen.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return seen;
    }

    private static boolean isZero(@Nullable String hexadecimal) {
        return hexadecimal != null && hexadecimal.matches("0+");
    }

    private static long number(Map<String, String> seen, String key) {
        try {
            return Long.parseLong(seen.getOrDefault(key, "").trim());
        } catch (NumberFormatException notSeen) {
            return Long.MAX_VALUE;
        }
    }

    /** Layers of one way. */
    private static final class Layers {

        private final String way;
        private final List<IsolationLayer> found = new ArrayList<>();

        Layers(String way) {
            this.way = way;
        }

        void add(String name, boolean holds, @Nullable String detail) {
            found.add(new IsolationLayer(way + ": " + name, holds, String.valueOf(detail)));
        }
    }
}

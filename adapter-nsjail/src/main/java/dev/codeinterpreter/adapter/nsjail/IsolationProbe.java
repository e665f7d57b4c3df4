package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.execution.OutputListener;
import dev.codeinterpreter.core.failure.CodeInterpreterException;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.IsolationLayer;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.NetworkPolicy;
import dev.codeinterpreter.core.sandbox.Program;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import dev.codeinterpreter.core.sandbox.RunResult;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import dev.codeinterpreter.core.sandbox.SandboxSpec;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Goes into real sandboxes and tries the walls from inside, one after the other. */
final class IsolationProbe {

    /** Prints {@code name=value} lines on what a program sees of its sandbox. */
    private static final String LOOK_AROUND = """
            while read -r key value; do
              case $key in Uid:|CapEff:|CapBnd:|NoNewPrivs:|Seccomp:|NSpid:) echo "${key%:}=$value";; esac
            done < /proc/self/status
            echo "pids=$(ls -d /proc/[0-9]* | wc -l)"
            echo "interfaces=$(ls /proc/sys/net/ipv4/conf | grep -vE '^(all|default)$' | tr '\\n' ' ')"
            echo "host=$(cat /proc/sys/kernel/hostname)"
            echo "writable=$(touch /usr/x 2>/dev/null && echo usr)$(touch /x 2>/dev/null && echo root)"
            echo "proc=$(grep ' /proc ' /proc/mounts | tail -n 1)"
            echo "ipc=$(cat /proc/sysvipc/shm | wc -l)"
            echo "unshare=$(unshare --user true 2>/dev/null && echo yes || echo no)"
            dd if=/dev/zero of=/mnt/data/fill bs=1M count=64 2>/dev/null
            echo "filled=$(stat -c %s /mnt/data/fill)"
            """;

    private final SandboxPort sandboxes;
    private final NsjailSettings settings;
    private final String cgroups;
    private final List<IsolationLayer> layers = new ArrayList<>();

    IsolationProbe(SandboxPort sandboxes, NsjailSettings settings, String cgroups) {
        this.sandboxes = sandboxes;
        this.settings = settings;
        this.cgroups = cgroups;
    }

    List<IsolationLayer> layers() {
        Limits limits = Limits.DEFAULT
                .withMemoryBytes(128L << 20)
                .withDiskBytes(8L << 20)
                .withProcesses(32)
                .withWallTime(Duration.ofSeconds(20));
        Map<String, String> seen;
        try {
            seen = look(limits);
        } catch (CodeInterpreterException e) {
            Throwable cause = e.getCause();
            layers.add(new IsolationLayer(
                    "sandbox", false, e.reason() + (cause == null ? "" : ": " + cause.getMessage())));
            return layers;
        }
        layers.add(new IsolationLayer("sandbox", true, "nsjail started and its guard answered"));
        String uid = seen.getOrDefault("Uid", "");
        layer("user namespace", uid.startsWith(settings.uid() + "\t"), "program runs as " + uid);
        layer("pid namespace", number(seen, "pids") < 10, seen.get("pids") + " processes visible");
        layer("mount namespace", "".equals(seen.get("writable")), "root and /usr cannot be written");
        layer("read-only /proc", seen.getOrDefault("proc", "").contains(" ro,"), seen.get("proc"));
        layer("net namespace", "lo ".equals(seen.get("interfaces")), "interfaces: " + seen.get("interfaces"));
        layer("uts namespace", "sandbox".equals(seen.get("host")), "host name: " + seen.get("host"));
        layer("ipc namespace", number(seen, "ipc") == 1, "System V segments: " + (number(seen, "ipc") - 1));
        layer("capabilities", isZero(seen.get("CapEff")) && isZero(seen.get("CapBnd")), "effective, bounding: none");
        layer("no new privileges", "1".equals(seen.get("NoNewPrivs")), "NoNewPrivs " + seen.get("NoNewPrivs"));
        layer(
                "seccomp",
                "2".equals(seen.get("Seccomp")) && "no".equals(seen.get("unshare")),
                "filter on, a new user namespace is refused");
        layer("disk limit", number(seen, "filled") <= 8L << 20, "8 MiB allowed, " + seen.get("filled") + " written");
        limit(
                "memory limit",
                "x=$(head -c 400000000 /dev/zero | tr '\\0' x); echo ${#x}",
                limits,
                Outcome.MemoryExceeded.class);
        limit(
                "process limit",
                "exec perl -e 'for (1..100) { my $p = fork(); exit 1 unless defined $p; if (!$p) { sleep 5; exit } }'",
                limits,
                Outcome.ProcessesExceeded.class);
        limit("time limit", "while :; do :; done", limits.withWallTime(Duration.ofMillis(300)), Outcome.TimedOut.class);
        return layers;
    }

    private void layer(String name, boolean holds, @Nullable String detail) {
        layers.add(new IsolationLayer(name, holds, String.valueOf(detail)));
    }

    private void limit(String name, String script, Limits limits, Class<? extends Outcome> expected) {
        try {
            Outcome outcome = run(script, limits, OutputListener.NONE).outcome();
            layer(name, expected.isInstance(outcome), cgroups + "; ended as " + outcome);
        } catch (CodeInterpreterException e) {
            layer(name, false, e.reason());
        }
    }

    private Map<String, String> look(Limits limits) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        run(LOOK_AROUND, limits, new OutputListener() {
            @Override
            public void stdout(byte[] bytes, int offset, int length) {
                said.write(bytes, offset, length);
            }

            @Override
            public void stderr(byte[] bytes, int offset, int length) {}
        });
        Map<String, String> seen = new TreeMap<>();
        for (String line : said.toString(StandardCharsets.UTF_8).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                seen.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return seen;
    }

    private RunResult run(String script, Limits limits, OutputListener output) {
        try (Sandbox sandbox = sandboxes.open(new SandboxSpec(Language.BASH, limits, NetworkPolicy.NONE))) {
            return sandbox.run(new Program(script, List.of(), ProgramInput.empty()), output);
        }
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
}

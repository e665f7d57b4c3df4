import dev.codeinterpreter.adapter.nsjail.NsjailSandboxes;
import dev.codeinterpreter.adapter.nsjail.NsjailSettings;
import dev.codeinterpreter.core.execution.OutputListener;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.NetworkPolicy;
import dev.codeinterpreter.core.sandbox.Program;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxSpec;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Measures sandboxes from the Java API to the result, without HTTP and storage. Counts a run only when its text is right. */
final class ApiBench {

    private static final String DATA = "import numpy as np, pandas as pd\n";
    private static final String SCIENCE = "import matplotlib.pyplot as plt, scipy.stats, sklearn\n";

    private ApiBench() {}

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200;
        Path base = Files.createTempDirectory(Path.of("/tmp"), "bench");
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (NsjailSandboxes sandboxes =
                NsjailSandboxes.open(NsjailSettings.defaults().withBaseDirectory(base))) {
            while (!sandboxes.pools().stream().allMatch(pool -> pool.ready() >= pool.wanted())) {
                Thread.sleep(50);
            }
            System.out.printf("%-34s %8s %8s %8s %8s%n", "one at a time, ms", "min", "p50", "p90", "p99");
            one(sandboxes, "bash", Language.BASH, "echo 1", rounds);
            one(sandboxes, "python, bare", Language.PYTHON, "print(1)", rounds);
            one(sandboxes, "python, numpy and pandas loaded", Language.PYTHON, DATA + "print(1)", rounds);
            one(sandboxes, "python, usual libraries loaded", Language.PYTHON, SCIENCE + "print(1)", rounds);
            System.out.printf("%n%-34s %8s %8s%n", "8 in flight", "runs/s", "wrong");
            load(sandboxes, "bash", Language.BASH, "echo 1", 8, rounds * 8);
            load(sandboxes, "python, bare", Language.PYTHON, "print(1)", 8, rounds * 4);
            load(sandboxes, "python, numpy and pandas loaded", Language.PYTHON, DATA + "print(1)", 8, rounds * 3);
            load(sandboxes, "python, usual libraries loaded", Language.PYTHON, SCIENCE + "print(1)", 8, rounds * 2);
            load(sandboxes, "burst of 100, python bare", Language.PYTHON, "print(1)", 100, 100);
        } finally {
            Files.deleteIfExists(base);
        }
    }

    private static boolean run(NsjailSandboxes sandboxes, Language language, String source) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        OutputListener listener = new OutputListener() {
            @Override
            public void stdout(byte[] bytes, int offset, int length) {
                said.write(bytes, offset, length);
            }

            @Override
            public void stderr(byte[] bytes, int offset, int length) {
                said.write(bytes, offset, length);
            }
        };
        try (Sandbox sandbox = sandboxes.open(new SandboxSpec(language, Limits.DEFAULT, NetworkPolicy.NONE, source))) {
            sandbox.run(new Program(source, List.of(), ProgramInput.empty()), listener);
        }
        return said.toString().equals("1\n");
    }

    private static void one(NsjailSandboxes sandboxes, String name, Language language, String source, int rounds)
            throws InterruptedException {
        long[] times = new long[rounds];
        for (int i = -20; i < rounds; i++) {
            long start = System.nanoTime();
            boolean right = run(sandboxes, language, source);
            if (i >= 0) {
                times[i] = right ? System.nanoTime() - start : Long.MAX_VALUE;
            }
            Thread.sleep(20); // what is made ahead is made in the pauses of real callers
        }
        Arrays.sort(times);
        System.out.printf(
                Locale.ROOT,
                "%-34s %8.2f %8.2f %8.2f %8.2f%n",
                name,
                times[0] / 1e6,
                times[rounds / 2] / 1e6,
                times[rounds * 9 / 10] / 1e6,
                times[rounds * 99 / 100] / 1e6);
    }

    private static void load(
            NsjailSandboxes sandboxes, String name, Language language, String source, int callers, int total) {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger right = new AtomicInteger();
        long start = System.nanoTime();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < callers; caller++) {
                executor.submit(() -> {
                    while (next.getAndIncrement() < total) {
                        if (run(sandboxes, language, source)) {
                            right.incrementAndGet();
                        }
                    }
                });
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(Locale.ROOT, "%-34s %8.0f %8d%n", name, right.get() / seconds, total - right.get());
    }
}

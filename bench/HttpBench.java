import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures running servers from outside, over HTTP. Counts an answer only when its text is right.
 *
 * <p>{@code bench/http BASE=KEY [BASE=KEY]...}: with two servers each program is asked of one and the other in turn, so that what else
 * the machine does hits both.
 */
final class HttpBench {

    private record Server(String base, String key) {}

    private record Task(String language, String code, String expected) {}

    private static final Map<String, Task> TASKS = new LinkedHashMap<>();

    static {
        TASKS.put("py print", new Task("py", "print(6*7)", "42\n"));
        TASKS.put("py numpy+pandas", new Task("py", """
                import numpy as np
                import pandas as pd
                print(pd.DataFrame({"a": np.arange(4)})["a"].sum())
                """, "6\n"));
        TASKS.put("py matplotlib PNG", new Task("py", """
                import matplotlib.pyplot as plt
                plt.plot([1, 2, 3])
                plt.savefig("plot.png")
                print("saved")
                """, "saved\n"));
        TASKS.put("bash", new Task("bash", "echo $((6*7))", "42\n"));
        TASKS.put("js", new Task("js", "console.log(6*7)", "42\n"));
        TASKS.put("ts", new Task("ts", "const x: number = 6*7;\nconsole.log(x)", "42\n"));
        TASKS.put("php", new Task("php", "<?php echo 6*7, \"\\n\";", "42\n"));
        TASKS.put("r", new Task("r", "cat(6*7, '\\n', sep='')", "42\n"));
        TASKS.put("java", new Task(
                "java", "public class Code { public static void main(String[] a) { System.out.println(6*7); } }", "42\n"));
        TASKS.put("go", new Task("go", "package main\nimport \"fmt\"\nfunc main() { fmt.Println(6*7) }", "42\n"));
        TASKS.put("c", new Task("c", "#include <stdio.h>\nint main(void) { printf(\"%d\\n\", 6*7); }", "42\n"));
        TASKS.put("cpp", new Task(
                "cpp", "#include <iostream>\nint main() { std::cout << 6*7 << std::endl; }", "42\n"));
        TASKS.put("rs", new Task("rs", "fn main() { println!(\"{}\", 6*7); }", "42\n"));
        TASKS.put("f90", new Task("f90", "program p\nprint '(i0)', 6*7\nend program", "42\n"));
        TASKS.put("d", new Task("d", "import std.stdio; void main() { writeln(6*7); }", "42\n"));
    }

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private HttpBench() {}

    public static void main(String[] arguments) throws Exception {
        List<Server> servers = new ArrayList<>();
        for (String argument : arguments) {
            int equals = argument.lastIndexOf('=');
            servers.add(new Server(argument.substring(0, equals), argument.substring(equals + 1)));
        }
        if (servers.isEmpty()) {
            System.err.println("usage: bench/http BASE=KEY [BASE=KEY]...   for example http://127.0.0.1:8000=my-secret-api-key");
            System.exit(2);
        }
        System.out.printf("%-20s %-26s %8s %8s %8s %8s %6s%n", "one at a time, ms", "server", "min", "p50", "p90", "p99", "wrong");
        int number = 0;
        for (Map.Entry<String, Task> entry : TASKS.entrySet()) {
            oneAtATime(servers, entry.getKey(), entry.getValue(), number++ < 4 ? 100 : 25);
        }
        System.out.printf("%n%-20s %-26s %10s %10s %6s%n", "load", "server", "callers", "right/s", "wrong");
        for (String name : List.of("bash", "py print", "py numpy+pandas")) {
            for (int callers : new int[] {8, 32}) {
                for (Server server : servers) {
                    load(server, name, TASKS.get(name), callers, callers == 8 ? 800 : 1200);
                }
            }
        }
        for (Server server : servers) {
            burst(server, TASKS.get("py print"), 100);
        }
    }

    /** A fresh source each time, so that nothing can be answered from what was compiled before. */
    private static String fresh(Task task, int round) {
        String mark = switch (task.language()) {
            case "py", "bash", "r" -> "\n# " + round;
            case "f90" -> "\n! " + round;
            case "php" -> " // " + round;
            default -> "\n// " + round;
        };
        return task.code() + mark + "-" + System.nanoTime();
    }

    private static void oneAtATime(List<Server> servers, String name, Task task, int rounds) throws Exception {
        long[][] times = new long[servers.size()][rounds];
        int[] wrong = new int[servers.size()];
        for (int i = -3; i < rounds; i++) {
            for (int s = 0; s < servers.size(); s++) {
                long start = System.nanoTime();
                boolean right = ask(servers.get(s), task, fresh(task, i));
                if (i >= 0) {
                    times[s][i] = System.nanoTime() - start;
                    wrong[s] += right ? 0 : 1;
                }
                Thread.sleep(20); // what is made ahead is made in the pauses of real callers
            }
        }
        for (int s = 0; s < servers.size(); s++) {
            Arrays.sort(times[s]);
            System.out.printf(
                    Locale.ROOT,
                    "%-20s %-26s %8.1f %8.1f %8.1f %8.1f %6d%n",
                    name,
                    servers.get(s).base(),
                    times[s][0] / 1e6,
                    times[s][rounds / 2] / 1e6,
                    times[s][rounds * 9 / 10] / 1e6,
                    times[s][Math.min(rounds - 1, rounds * 99 / 100)] / 1e6,
                    wrong[s]);
        }
    }

    private static void load(Server server, String name, Task task, int callers, int total) {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger right = new AtomicInteger();
        long start = System.nanoTime();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < callers; caller++) {
                executor.submit(() -> {
                    int round;
                    while ((round = next.getAndIncrement()) < total) {
                        if (ask(server, task, fresh(task, round))) {
                            right.incrementAndGet();
                        }
                    }
                    return null;
                });
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT, "%-20s %-26s %10d %10.0f %6d%n", name, server.base(), callers, right.get() / seconds, total - right.get());
    }

    private static void burst(Server server, Task task, int size) {
        AtomicInteger right = new AtomicInteger();
        long start = System.nanoTime();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < size; i++) {
                int round = i;
                executor.submit(() -> {
                    if (ask(server, task, fresh(task, round))) {
                        right.incrementAndGet();
                    }
                    return null;
                });
            }
        }
        System.out.printf(
                Locale.ROOT, "%-20s %-26s %10d %9.2fs %6d%n", "burst of py print", server.base(), size, (System.nanoTime() - start) / 1e9, size - right.get());
    }

    private static boolean ask(Server server, Task task, String code) throws InterruptedException {
        String body = "{\"lang\":\"" + task.language() + "\",\"code\":\"" + escaped(code) + "\"}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.base() + "/exec"))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .header("x-api-key", server.key())
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200
                    && answer.body().contains("\"stdout\":\"" + escaped(task.expected()) + "\"");
        } catch (IOException refused) {
            return false;
        }
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}

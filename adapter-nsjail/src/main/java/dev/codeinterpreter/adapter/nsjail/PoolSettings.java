package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.time.Duration;

/**
 * How many runs wait ahead of their programs.
 *
 * @param enabled whether any do; if not, each run starts an nsjail of its own
 * @param pythonRuns waiting copies of each Python zygote; 0 to 50
 * @param launcherRuns waiting runs for all other languages; 0 to 50
 * @param runtimes waiting runs with a runtime of a language in them, for other languages than Python
 * @param maximumRuns runs that one jail serves at the same time, waiting ones included; 1 to 1000
 * @param recycleRuns after how many runs a jail is replaced by a new one; at least 1. Copies of one zygote have one address layout
 *     and one hash seed, so a zygote must not live for ever
 * @param recycleAge after what time a jail is replaced by a new one
 * @param patience how long a program waits for a run of an empty pool before it gets an nsjail of its own
 */
public record PoolSettings(
        boolean enabled,
        int pythonRuns,
        int launcherRuns,
        Runtimes runtimes,
        int maximumRuns,
        int recycleRuns,
        Duration recycleAge,
        Duration patience) {

    /**
     * How many runtimes wait, each with its own memory.
     *
     * @param node for JavaScript and TypeScript, 50 MB each; 0 to 50
     * @param php 20 MB each; 0 to 50
     * @param r 60 MB each; 0 to 50
     * @param java 130 MB each; 0 to 50
     */
    public record Runtimes(int node, int php, int r, int java) {

        public static final Runtimes DEFAULT = new Runtimes(2, 2, 1, 1);
        public static final Runtimes NONE = new Runtimes(0, 0, 0, 0);

        /** @throws InvalidRequestException naming the first member that is out of its range */
        public Runtimes {
            require("node", node >= 0 && node <= 50, node, "0 to 50");
            require("php", php >= 0 && php <= 50, php, "0 to 50");
            require("r", r >= 0 && r <= 50, r, "0 to 50");
            require("java", java >= 0 && java <= 50, java, "0 to 50");
        }

        /** How many wait in the pool of that name. */
        int waiting(String pool) {
            return switch (pool) {
                case "node" -> node;
                case "php" -> php;
                case "r" -> r;
                case "java" -> java;
                default -> 0;
            };
        }
    }

    /** Two of each Python, two Node and PHP, one R and Java, four for the rest. */
    public static final PoolSettings DEFAULT =
            new PoolSettings(true, 2, 4, Runtimes.DEFAULT, 256, 2_000, Duration.ofMinutes(30), Duration.ofSeconds(10));

    /** None. */
    public static final PoolSettings DISABLED =
            new PoolSettings(false, 0, 0, Runtimes.NONE, 1, 1, DEFAULT.recycleAge(), DEFAULT.patience());

    /** @throws InvalidRequestException naming the first member that is out of its range */
    public PoolSettings {
        require("pythonRuns", pythonRuns >= 0 && pythonRuns <= 50, pythonRuns, "0 to 50");
        require("launcherRuns", launcherRuns >= 0 && launcherRuns <= 50, launcherRuns, "0 to 50");
        require("maximumRuns", maximumRuns >= 1 && maximumRuns <= 1000, maximumRuns, "1 to 1000");
        require("recycleRuns", recycleRuns >= 1, recycleRuns, "at least 1");
        require("recycleAge", recycleAge.isPositive(), recycleAge, "positive");
        require("patience", !patience.isNegative(), patience, "not negative");
    }

    /** With no runtimes but Python. */
    public PoolSettings(
            boolean enabled,
            int pythonRuns,
            int launcherRuns,
            int maximumRuns,
            int recycleRuns,
            Duration recycleAge,
            Duration patience) {
        this(enabled, pythonRuns, launcherRuns, Runtimes.NONE, maximumRuns, recycleRuns, recycleAge, patience);
    }

    /** The same with another number of waiting Pythons. */
    public PoolSettings withPythonRuns(int value) {
        return new PoolSettings(enabled, value, launcherRuns, runtimes, maximumRuns, recycleRuns, recycleAge, patience);
    }

    /** The same with other runtimes. */
    public PoolSettings withRuntimes(Runtimes value) {
        return new PoolSettings(
                enabled, pythonRuns, launcherRuns, value, maximumRuns, recycleRuns, recycleAge, patience);
    }

    private static void require(String name, boolean holds, Object value, String rule) {
        if (!holds) {
            throw new InvalidRequestException(name, "out_of_range", name + " must be " + rule + ", it is " + value);
        }
    }
}

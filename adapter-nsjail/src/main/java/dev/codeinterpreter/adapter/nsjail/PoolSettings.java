package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.time.Duration;

/**
 * How many runs wait ahead of their programs, and how the pools are kept filled.
 *
 * @param enabled whether any do; if not, each run starts an nsjail of its own
 * @param python whether Pythons that have imported their libraries wait; if not, Python is started like any other language
 * @param pythonRuns waiting copies of each Python zygote; 0 to 50
 * @param launcherRuns waiting runs for all other languages; 0 to 50
 * @param runtimes waiting runs with a runtime of a language in them, for other languages than Python
 * @param maximumRuns runs that one jail serves at the same time, waiting ones included; 1 to 1000
 * @param refill how the pools are filled again
 * @param recycling when a jail is replaced by a new one
 * @param patience how long a program waits for a run of an empty pool before it gets an nsjail of its own
 */
public record PoolSettings(
        boolean enabled,
        boolean python,
        int pythonRuns,
        int launcherRuns,
        Runtimes runtimes,
        int maximumRuns,
        Refill refill,
        Recycling recycling,
        Duration patience) {

    /** Two of each Python, two Node and PHP, one R and Java, four for the rest. */
    public static final PoolSettings DEFAULT = new PoolSettings(
            true, true, 2, 4, Runtimes.DEFAULT, 256, Refill.DEFAULT, Recycling.DEFAULT, Duration.ofSeconds(10));

    /** None. */
    public static final PoolSettings DISABLED =
            new PoolSettings(false, false, 0, 0, Runtimes.NONE, 1, Refill.DEFAULT, Recycling.DEFAULT, Duration.ZERO);

    /** @throws InvalidRequestException naming the first member that is out of its range */
    public PoolSettings {
        Ranges.require("pythonRuns", pythonRuns >= 0 && pythonRuns <= 50, pythonRuns, "0 to 50");
        Ranges.require("launcherRuns", launcherRuns >= 0 && launcherRuns <= 50, launcherRuns, "0 to 50");
        Ranges.require("maximumRuns", maximumRuns >= 1 && maximumRuns <= 1000, maximumRuns, "1 to 1000");
        Ranges.require("patience", !patience.isNegative(), patience, "not negative");
    }

    /**
     * How pools are filled.
     *
     * @param atStart whether they are filled when they open; if not, when the first program of their kind has come
     * @param atOnce whether a run that was taken is replaced at once; if not, at the next check
     * @param interval time between two checks; positive
     * @param batch runs that are made at the same time in one pool; 1 to 100
     * @param startTimeout how long a jail may take to import its libraries; positive
     */
    public record Refill(boolean atStart, boolean atOnce, Duration interval, int batch, Duration startTimeout) {

        /** At start and at once. */
        public static final Refill DEFAULT = new Refill(true, true, Duration.ofSeconds(2), 5, Duration.ofSeconds(15));

        /** @throws InvalidRequestException naming the first member that is out of its range */
        public Refill {
            Ranges.require("interval", interval.isPositive(), interval, "positive");
            Ranges.require("batch", batch >= 1 && batch <= 100, batch, "1 to 100");
            Ranges.require("startTimeout", startTimeout.isPositive(), startTimeout, "positive");
        }
    }

    /**
     * When a jail is replaced. Copies of one zygote have one address layout and one hash seed, so a zygote must not live for ever.
     *
     * @param runs after how many runs; at least 1
     * @param age after what time; positive
     */
    public record Recycling(int runs, Duration age) {

        /** Two thousand runs or half an hour. */
        public static final Recycling DEFAULT = new Recycling(2_000, Duration.ofMinutes(30));

        /** @throws InvalidRequestException naming the first member that is out of its range */
        public Recycling {
            Ranges.require("runs", runs >= 1, runs, "at least 1");
            Ranges.require("age", age.isPositive(), age, "positive");
        }
    }

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
            Ranges.require("node", node >= 0 && node <= 50, node, "0 to 50");
            Ranges.require("php", php >= 0 && php <= 50, php, "0 to 50");
            Ranges.require("r", r >= 0 && r <= 50, r, "0 to 50");
            Ranges.require("java", java >= 0 && java <= 50, java, "0 to 50");
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

    /** The same with other runtimes. */
    public PoolSettings withRuntimes(Runtimes value) {
        return new PoolSettings(
                enabled, python, pythonRuns, launcherRuns, value, maximumRuns, refill, recycling, patience);
    }

    /** The same with other numbers of waiting runs. */
    public PoolSettings withRuns(int ofPython, int ofOthers) {
        return new PoolSettings(
                enabled, python, ofPython, ofOthers, runtimes, maximumRuns, refill, recycling, patience);
    }

    public PoolSettings withRefill(Refill value) {
        return new PoolSettings(
                enabled, python, pythonRuns, launcherRuns, runtimes, maximumRuns, value, recycling, patience);
    }

    public PoolSettings withRecycling(Recycling value) {
        return new PoolSettings(
                enabled, python, pythonRuns, launcherRuns, runtimes, maximumRuns, refill, value, patience);
    }

    /** The same with or without waiting Pythons. */
    public PoolSettings withPython(boolean value) {
        return new PoolSettings(
                enabled, value, pythonRuns, launcherRuns, runtimes, maximumRuns, refill, recycling, patience);
    }

    /** A class of its own: a nested record that called the outer one would start it while its own default is not there yet. */
    private static final class Ranges {

        private static void require(String name, boolean holds, Object value, String rule) {
            if (!holds) {
                throw new InvalidRequestException(name, "out_of_range", name + " must be " + rule + ", it is " + value);
            }
        }
    }
}

package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.time.Duration;

/**
 * What one run may use. The sandbox enforces each of them against code that wants to exceed it.
 *
 * @param wallTime how long the program may run, from its start, whatever it waits for; at least 1 ms
 * @param compileTime how long the compiler may run before that; at least 1 ms
 * @param memoryBytes memory of all processes together, files in the working directory and below {@code /tmp} included; at least
 *     16 MiB
 * @param processes processes and threads at the same time; at least 1
 * @param cpus processor time per wall time, 1.0 is one core; positive
 * @param diskBytes bytes in the working directory; at least 1 MiB
 * @param temporaryBytes bytes below {@code /tmp}; at least 1 MiB
 * @param inodes files and directories in the working directory, and as many below {@code /tmp}; at least 16
 * @param fileBytes size of one file; positive
 * @param outputBytes what the program may write to stdout and stderr together before it is ended; positive
 */
public record Limits(
        Duration wallTime,
        Duration compileTime,
        long memoryBytes,
        int processes,
        double cpus,
        long diskBytes,
        long temporaryBytes,
        int inodes,
        long fileBytes,
        long outputBytes) {

    private static final long MIB = 1L << 20;

    /** 120 s, 512 MiB, 128 processes, two cores, 512 MiB of files, 100 MiB of temporary files. */
    public static final Limits DEFAULT = new Limits(
            Duration.ofSeconds(120),
            Duration.ofSeconds(60),
            512 * MIB,
            128,
            2.0,
            512 * MIB,
            100 * MIB,
            16_384,
            100 * MIB,
            64 * MIB);

    /** @throws InvalidRequestException naming the first limit that is out of its range */
    public Limits {
        require("wallTime", wallTime.toMillis() >= 1, wallTime, "at least 1 ms");
        require("compileTime", compileTime.toMillis() >= 1, compileTime, "at least 1 ms");
        require("memoryBytes", memoryBytes >= 16 * MIB, memoryBytes, "at least 16 MiB");
        require("processes", processes >= 1, processes, "at least 1");
        require("cpus", cpus > 0, cpus, "positive");
        require("diskBytes", diskBytes >= MIB, diskBytes, "at least 1 MiB");
        require("temporaryBytes", temporaryBytes >= MIB, temporaryBytes, "at least 1 MiB");
        require("inodes", inodes >= 16, inodes, "at least 16");
        require("fileBytes", fileBytes > 0, fileBytes, "positive");
        require("outputBytes", outputBytes > 0, outputBytes, "positive");
    }

    public Limits withWallTime(Duration value) {
        return new Limits(
                value,
                compileTime,
                memoryBytes,
                processes,
                cpus,
                diskBytes,
                temporaryBytes,
                inodes,
                fileBytes,
                outputBytes);
    }

    public Limits withCompileTime(Duration value) {
        return new Limits(
                wallTime,
                value,
                memoryBytes,
                processes,
                cpus,
                diskBytes,
                temporaryBytes,
                inodes,
                fileBytes,
                outputBytes);
    }

    public Limits withMemoryBytes(long value) {
        return new Limits(
                wallTime,
                compileTime,
                value,
                processes,
                cpus,
                diskBytes,
                temporaryBytes,
                inodes,
                fileBytes,
                outputBytes);
    }

    public Limits withProcesses(int value) {
        return new Limits(
                wallTime,
                compileTime,
                memoryBytes,
                value,
                cpus,
                diskBytes,
                temporaryBytes,
                inodes,
                fileBytes,
                outputBytes);
    }

    public Limits withDiskBytes(long value) {
        return new Limits(
                wallTime,
                compileTime,
                memoryBytes,
                processes,
                cpus,
                value,
                temporaryBytes,
                inodes,
                fileBytes,
                outputBytes);
    }

    public Limits withFileBytes(long value) {
        return new Limits(
                wallTime,
                compileTime,
                memoryBytes,
                processes,
                cpus,
                diskBytes,
                temporaryBytes,
                inodes,
                value,
                outputBytes);
    }

    public Limits withOutputBytes(long value) {
        return new Limits(
                wallTime,
                compileTime,
                memoryBytes,
                processes,
                cpus,
                diskBytes,
                temporaryBytes,
                inodes,
                fileBytes,
                value);
    }

    private static void require(String name, boolean holds, Object value, String rule) {
        if (!holds) {
            throw new InvalidRequestException(name, "out_of_range", name + " must be " + rule + ", it is " + value);
        }
    }
}

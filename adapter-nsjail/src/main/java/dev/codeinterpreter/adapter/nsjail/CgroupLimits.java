package dev.codeinterpreter.adapter.nsjail;

/**
 * What the processes of a cgroup may have together.
 *
 * @param memoryBytes memory, swap included
 * @param processes processes and threads
 * @param cpus processor time per wall time
 */
record CgroupLimits(long memoryBytes, int processes, double cpus) {}

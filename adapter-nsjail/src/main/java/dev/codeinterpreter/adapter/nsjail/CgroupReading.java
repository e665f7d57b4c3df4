package dev.codeinterpreter.adapter.nsjail;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a cgroup counted since it was last reset.
 *
 * @param memoryKills processes that the kernel killed because of the memory limit
 * @param refusedForks processes that the kernel refused because of the process limit
 */
record CgroupReading(long memoryKills, long refusedForks, OptionalLong peakMemoryBytes, Optional<Duration> cpuTime) {

    /** Nothing counted, for machines without usable cgroups. */
    static final CgroupReading NONE = new CgroupReading(0, 0, OptionalLong.empty(), Optional.empty());

    /** The same without processor time that was used for something else. */
    CgroupReading without(Duration cpu) {
        return new CgroupReading(memoryKills, refusedForks, peakMemoryBytes, cpuTime.map(all -> all.minus(cpu)));
    }
}

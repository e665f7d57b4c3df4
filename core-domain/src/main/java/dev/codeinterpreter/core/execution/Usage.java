package dev.codeinterpreter.core.execution;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a run used, compilation included.
 *
 * @param wallTime from hand-over to end
 * @param cpuTime of all its processes; absent when nobody measured it
 * @param peakMemoryBytes of all its processes together; absent when nobody measured it
 */
public record Usage(Duration wallTime, Optional<Duration> cpuTime, OptionalLong peakMemoryBytes) {}

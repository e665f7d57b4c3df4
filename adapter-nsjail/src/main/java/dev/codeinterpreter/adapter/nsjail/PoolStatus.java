package dev.codeinterpreter.adapter.nsjail;

/**
 * What a pool of parked runs looks like at one moment.
 *
 * @param name what is parked: {@code launcher}, {@code python}, {@code python-data}, {@code python-science}
 * @param ready runs that wait for a program now
 * @param busy runs that exist, waiting ones and those being made or ended included
 * @param wanted how many should wait
 * @param hits programs that got a parked run since the start
 * @param misses programs that did not and got an nsjail of their own
 * @param jailFailures jails that ended or did not start since the last run was parked; 0 when all is well
 */
public record PoolStatus(String name, int ready, int busy, int wanted, long hits, long misses, int jailFailures) {}

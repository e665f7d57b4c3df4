package dev.codeinterpreter.adapter.nsjail;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** One cgroup in each controller that counts, reused by one run after the other. Used by one thread at a time. */
interface CgroupSlot {

    /** Sets the limits for the next run and forgets what was counted. */
    void prepare(CgroupLimits limits) throws IOException;

    /** Sets other limits, while a run waits. */
    void limit(CgroupLimits limits) throws IOException;

    /** Files to which a process writes {@code 0} to become a member. */
    List<Path> entrances();

    /** What was counted since {@link #prepare}. */
    CgroupReading read() throws IOException;

    /** Kills whoever is still a member. Returns whether nobody is left. */
    boolean evacuate() throws IOException;

    /** Removes the directories. Members must be gone. */
    void remove() throws IOException;
}

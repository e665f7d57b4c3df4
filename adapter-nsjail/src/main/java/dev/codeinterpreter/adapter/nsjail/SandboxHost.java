package dev.codeinterpreter.adapter.nsjail;

import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;

/** What a sandbox needs from whoever made its walls: a fresh nsjail, or a parked run of a shared one. */
interface SandboxHost extends AutoCloseable {

    /** For names of threads and for the log. */
    String name();

    /** The connection to the guard. */
    FrameChannel channel();

    /** Whether a runtime waits there that takes the program; otherwise the guard starts one. */
    boolean handsOver();

    /** What the run's cgroup has counted. */
    CgroupReading reading() throws IOException;

    /** Runs alarms; not for work. */
    ScheduledExecutorService clock();

    /** Ends the run without waiting. May be called by any thread, at any time. */
    void abandon();

    /** Ends the run, waits until nothing of it is left, and gives everything back. Called once, never by an interrupted thread. */
    @Override
    void close();
}

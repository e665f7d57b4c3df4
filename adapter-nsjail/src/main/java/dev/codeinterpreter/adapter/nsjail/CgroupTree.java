package dev.codeinterpreter.adapter.nsjail;

import java.io.IOException;

/** The place in the cgroup file system that belongs to this server. Safe for use by many threads. */
interface CgroupTree extends AutoCloseable {

    /** In a sentence: which version, which controllers, where. */
    String description();

    /** A new slot of this name. */
    CgroupSlot slot(String name) throws IOException;

    /** Removes everything below, with whoever is in there. */
    @Override
    void close();
}

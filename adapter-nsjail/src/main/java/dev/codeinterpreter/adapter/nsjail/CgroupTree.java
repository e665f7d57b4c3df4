package dev.codeinterpreter.adapter.nsjail;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The place in the cgroup file system that belongs to this server. Safe for use by many threads. */
interface CgroupTree extends AutoCloseable {

    /** In a sentence: which version, which controllers, where. */
    String description();

    /** A new slot of this name. */
    CgroupSlot slot(String name) throws IOException;

    /** A tree of its own below this one. */
    CgroupTree child(String name) throws IOException;

    /** The directories in which slots are made, one or one per controller. */
    List<Path> directories();

    /** Name of the file of a slot to which a process writes {@code 0} to become a member. */
    String entranceName();

    /** Removes everything below, with whoever is in there. */
    @Override
    void close();
}

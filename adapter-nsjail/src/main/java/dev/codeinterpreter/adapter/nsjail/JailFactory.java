package dev.codeinterpreter.adapter.nsjail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the jails of the pools: each with a directory, a cgroup and a range of user ids that no other jail has. */
final class JailFactory {

    /** User ids of the host for each jail: one is its root, the others are those of its runs in turn. */
    static final int UIDS_PER_JAIL = 2048;

    /** How many user ids the runs of a jail have. */
    static final int RUN_UIDS = UIDS_PER_JAIL - 1;

    private static final CgroupLimits JAIL_LIMITS = new CgroupLimits(4L << 30, 8192, 64);
    private static final long OWN_FILES_BYTES = 16L << 20;
    private static final int OWN_FILES = 256;

    private final JailRoot root;
    private final Path directory;
    private final CgroupTree cgroups;
    private final NsjailSettings settings;
    private final int firstUid;
    private final int ranges;
    private final BitSet taken = new BitSet();
    private final AtomicInteger count = new AtomicInteger();

    /**
     * A factory.
     *
     * @param directory where the jails' control directories are made
     * @param firstUid first of the user ids for jails
     * @param uids how many there are
     */
    JailFactory(JailRoot root, Path directory, CgroupTree cgroups, NsjailSettings settings, int firstUid, int uids) {
        this.root = root;
        this.directory = directory;
        this.cgroups = cgroups;
        this.settings = settings;
        this.firstUid = firstUid;
        this.ranges = uids / UIDS_PER_JAIL;
    }

    /** The first user id that a run has inside its jail. */
    int programUid() {
        return settings.uid();
    }

    String nextName(ParkedPool.Kind kind) {
        return "j" + count.incrementAndGet() + "-" + kind.name();
    }

    /** A place for a jail; it must be closed when the jail has ended. */
    Place place(String name) throws IOException {
        synchronized (taken) {
            int index = taken.nextClearBit(0);
            if (index >= ranges) {
                throw new IOException("more than " + ranges + " jails at the same time");
            }
            Path control = Files.createDirectory(directory.resolve(name));
            Place place = new Place(name, index, control, cgroups.child(name));
            taken.set(index);
            return place;
        }
    }

    /** Starts a jail in its place; the state hears what happens. */
    PooledJail start(ParkedPool.Kind kind, ParkedPool.JailState state) throws IOException {
        Place place = state.place();
        CgroupSlot own = place.cgroups.slot("jail");
        own.prepare(JAIL_LIMITS);
        NsjailCommand command = root.command(place.control)
                .user(0, place.firstUid())
                .users(settings.uid(), place.firstUid() + 1, RUN_UIDS)
                .show(root.zygoteLibrary(), JailRoot.ZYGOTE_LIBRARY)
                .temporary("/tmp", OWN_FILES_BYTES, OWN_FILES)
                .temporary("/mnt/data", OWN_FILES_BYTES, OWN_FILES);
        kind.environment().forEach(command::environment);
        List<String> program = new ArrayList<>(kind.words());
        List<Path> trees = place.cgroups.directories();
        for (int i = 0; i < trees.size(); i++) {
            command.share(trees.get(i), "/cg/" + i);
            program.add("/cg/" + i + "/s%u/" + place.cgroups.entranceName());
        }
        List<String> words = new ArrayList<>(List.of(root.guard().toString(), "enter"));
        own.entrances().forEach(entrance -> words.add(entrance.toString()));
        words.add("--");
        words.addAll(command.running(program.toArray(String[]::new)));
        return PooledJail.start(state.name(), place.control, place.firstUid(), words, state);
    }

    /** What a jail has for itself. */
    final class Place implements AutoCloseable {

        private final String name;
        private final int index;
        private final Path control;
        private final CgroupTree cgroups;

        Place(String name, int index, Path control, CgroupTree cgroups) {
            this.name = name;
            this.index = index;
            this.control = control;
            this.cgroups = cgroups;
        }

        String name() {
            return name;
        }

        int firstUid() {
            return firstUid + index * UIDS_PER_JAIL;
        }

        /** The cgroup of one of the jail's runs. */
        CgroupSlot slot(int number) throws IOException {
            return cgroups.slot("s" + number);
        }

        /** Removes what is left. The jail must have ended. */
        @Override
        public void close() {
            cgroups.close();
            InstanceDirectory.removeTree(control);
            synchronized (taken) {
                taken.clear(index);
            }
        }
    }
}

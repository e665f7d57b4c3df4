package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.failure.CodeInterpreterException;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.FileStorePort;
import dev.codeinterpreter.core.session.SessionPort;
import dev.codeinterpreter.core.state.StatePort;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every storage port of the core in one directory of this machine, for one process at a time. What a call of a port has returned
 * from is there after a crash of the process or of the machine. Safe for use by many threads.
 *
 * <p>A call that waits for records does so for {@link LocalSettings#timeout()} at the most, and an interrupt does not cut that
 * short: it stays set, and the call does its work. Writing and reading bytes end early when interrupted.
 */
public final class LocalStorage implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LocalStorage.class);
    private static final int SWEEP_SECONDS = 60;
    private static final int SWEEP_LIMIT = 1000;
    private static final int ORPHANS_SECONDS = 3600;

    private final DataDirectory directory;
    private final RecordStore records;
    private final LocalSessions sessions;
    private final LocalFileStore files;
    private final LocalStates states;
    private final ScheduledExecutorService sweeper;
    private final AtomicBoolean closed = new AtomicBoolean();

    private LocalStorage(DataDirectory directory, RecordStore records, long maximumStateBytes, Clock clock) {
        this.directory = directory;
        this.records = records;
        sessions = new LocalSessions(records);
        files = new LocalFileStore(directory);
        states = new LocalStates(records, directory, maximumStateBytes, clock);
        sweeper = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("local-storage-sweeper").daemon().factory());
    }

    /**
     * Opens the storage in a directory, with the time of this machine.
     *
     * @throws InvalidRequestException field {@code directory}, when it is not empty and no data directory
     * @throws UnavailableException when another process uses the directory, it cannot be read or written, or what is in it was
     *     written by a newer release
     */
    public static LocalStorage open(LocalSettings settings) {
        return open(settings, Clock.systemUTC());
    }

    /**
     * Opens the storage in a directory.
     *
     * @param clock decides which states are over
     * @throws InvalidRequestException field {@code directory}, when it is not empty and no data directory
     * @throws UnavailableException when another process uses the directory, it cannot be read or written, or what is in it was
     *     written by a newer release
     */
    public static LocalStorage open(LocalSettings settings, Clock clock) {
        DataDirectory directory = DataDirectory.open(settings.directory());
        RecordStore records = null;
        try {
            records = RecordStore.open(directory.records(), directory, settings.timeout());
            LocalStorage storage = new LocalStorage(directory, records, settings.maximumStateBytes(), clock);
            storage.states.removeOrphans();
            return started(storage);
        } catch (CodeInterpreterException e) {
            if (records != null) {
                records.close();
            }
            directory.close();
            throw e;
        }
    }

    /**
     * Storage that is gone when closed: records in memory, bytes in a temporary directory. For programs that embed the core, for
     * single runs and for tests.
     *
     * @throws UnavailableException when no temporary directory can be made
     */
    public static LocalStorage temporary() {
        return temporary(Clock.systemUTC());
    }

    /**
     * Storage that is gone when closed, with another clock.
     *
     * @param clock decides which states are over
     * @throws UnavailableException when no temporary directory can be made
     */
    public static LocalStorage temporary(Clock clock) {
        DataDirectory directory = DataDirectory.openTemporary();
        RecordStore records = RecordStore.inMemory(LocalSettings.DEFAULT_TIMEOUT);
        return started(new LocalStorage(directory, records, LocalSettings.DEFAULT_MAXIMUM_STATE_BYTES, clock));
    }

    /** Sessions and the records of their files. */
    public SessionPort sessions() {
        return sessions;
    }

    /** Bytes. */
    public FileStorePort files() {
        return files;
    }

    /** Interpreter states. */
    public StatePort states() {
        return states;
    }

    /**
     * Finishes what was begun and gives the directory up. Calls of the ports fail from then on. Further calls do nothing.
     *
     * @throws UnavailableException when the records cannot be closed in time
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            sweeper.shutdown();
            try {
                records.close();
            } finally {
                directory.close();
            }
        }
    }

    private static LocalStorage started(LocalStorage storage) {
        LocalStates states = storage.states;
        var _ = storage.sweeper.scheduleWithFixedDelay(
                () -> attempt("expired states", () -> states.sweep(SWEEP_LIMIT)),
                SWEEP_SECONDS,
                SWEEP_SECONDS,
                TimeUnit.SECONDS);
        var _ = storage.sweeper.scheduleWithFixedDelay(
                () -> attempt("orphaned states", states::removeOrphans),
                ORPHANS_SECONDS,
                ORPHANS_SECONDS,
                TimeUnit.SECONDS);
        return storage;
    }

    private static void attempt(String what, Runnable sweep) {
        try {
            sweep.run();
        } catch (CodeInterpreterException e) {
            LOG.atWarn().setCause(e).log("Not all {} were removed; tried again later", what);
        }
    }
}

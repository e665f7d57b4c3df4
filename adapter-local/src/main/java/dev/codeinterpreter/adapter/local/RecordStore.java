package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.failure.UnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records in one MVStore: a file, or memory. Safe for use by many threads.
 *
 * <p>An interrupt closes the file channel that the interrupted thread is using, and MVStore has one channel for everybody. So the
 * callers never touch it: one thread writes and one reads, both owned by this object and interrupted by nobody. The writer takes
 * what has gathered, applies it, and makes it durable with one commit and one sync; only then do the callers hear of it.
 *
 * <p>MVStore closes itself when the disk refuses a write. It is opened again for the next call, with what was durable.
 *
 * <p>The file is not compacted while it is in use: space is used again as soon as all of a commit is obsolete, so that the file
 * stays within a few times of what counts, and {@link RecordFile} makes it small when it is opened.
 */
final class RecordStore implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RecordStore.class);
    private static final int QUEUE = 10_000;
    private static final int BATCH = 256;

    private final @Nullable String name;
    private final Duration timeout;
    private final BlockingQueue<RecordUnit<?>> changes = new ArrayBlockingQueue<>(QUEUE);
    private final ReentrantLock access = new ReentrantLock();
    private final ThreadPoolExecutor reader;
    private final Thread writer;
    private @Nullable OpenedRecords current;
    private volatile boolean closing;
    private volatile boolean ended;

    private RecordStore(@Nullable String name, Duration timeout) {
        this.name = name;
        this.timeout = timeout;
        current = OpenedRecords.open(name);
        reader = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE),
                Thread.ofPlatform().name("local-records-reader").daemon().factory());
        writer = Thread.ofPlatform().name("local-records-writer").daemon().unstarted(this::runWriter);
    }

    /**
     * Opens the store in {@code file}, made when missing.
     *
     * @throws UnavailableException when it is damaged or was written by a newer release
     */
    static RecordStore open(Path file, DataDirectory directory, Duration timeout) {
        try {
            return open(new RecordFile(file, directory).prepare(), timeout);
        } catch (IOException | MVStoreException e) {
            throw new UnavailableException(
                    DataDirectory.DEPENDENCY, "The records in " + file + " cannot be opened: " + e.getMessage(), e);
        }
    }

    /**
     * Opens the store in the file that MVStore knows under {@code name}.
     *
     * @throws MVStoreException when it cannot
     */
    static RecordStore open(String name, Duration timeout) {
        return started(new RecordStore(name, timeout));
    }

    /** A store that is gone when closed. */
    static RecordStore inMemory(Duration timeout) {
        return started(new RecordStore(null, timeout));
    }

    /**
     * Asks. What it sees is whole, and may be a change that is about to become durable.
     *
     * @throws UnavailableException when the store fails, is closed, or does not answer in time
     */
    <T> T read(Function<Tables, T> query) {
        RecordUnit<T> unit = new RecordUnit<>(query);
        try {
            reader.execute(() -> answer(unit));
        } catch (RejectedExecutionException e) {
            throw closing ? closed() : busy();
        }
        return unit.await(timeout);
    }

    /**
     * Changes, all or nothing, and returns when the change is durable.
     *
     * @param change refuses with an exception of ours before it changes anything
     * @throws UnavailableException when the store fails, is closed, or does not confirm in time
     */
    <T> T write(Function<Tables, T> change) {
        RecordUnit<T> unit = new RecordUnit<>(change);
        if (closing) {
            throw closed();
        }
        if (!changes.offer(unit)) {
            throw busy();
        }
        if (ended && changes.remove(unit)) {
            throw closed();
        }
        return unit.await(timeout);
    }

    /**
     * Finishes what was begun and closes the store. Further calls do nothing.
     *
     * @throws UnavailableException when that takes longer than a call may take
     */
    @Override
    public void close() {
        closing = true;
        changes.offer(new RecordUnit<>(_ -> true));
        reader.shutdown();
        joinWriter();
    }

    private void joinWriter() {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (!writer.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
                        throw new UnavailableException(
                                DataDirectory.DEPENDENCY,
                                "The records were not closed within " + timeout.toMillis() + " ms");
                    }
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void runWriter() {
        try {
            while (!closing || !changes.isEmpty()) {
                process(nextBatch());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        } finally {
            end();
        }
    }

    private List<RecordUnit<?>> nextBatch() throws InterruptedException {
        List<RecordUnit<?>> batch = new ArrayList<>();
        batch.add(changes.take());
        changes.drainTo(batch, BATCH - 1);
        batch.removeIf(unit -> !unit.claim());
        return batch;
    }

    /** The top of the writer's work: whatever happens is told to those who wait. */
    private void process(List<RecordUnit<?>> batch) {
        try {
            MVStore store;
            access.lock();
            try {
                OpenedRecords opened = opened();
                store = opened.store();
                batch.forEach(unit -> unit.act(opened.tables()));
            } finally {
                access.unlock();
            }
            persist(store);
            batch.forEach(RecordUnit::report);
        } catch (Throwable e) {
            discard();
            batch.forEach(unit -> unit.fail(e));
        }
    }

    /** The top of the reader's work. */
    private void answer(RecordUnit<?> unit) {
        if (!unit.claim()) {
            return;
        }
        access.lock();
        try {
            unit.act(opened().tables());
        } catch (Throwable e) {
            unit.fail(e);
        } finally {
            access.unlock();
        }
        unit.report();
    }

    private void persist(MVStore store) {
        if (name != null && store.hasUnsavedChanges()) {
            store.commit();
            store.sync();
        }
    }

    /** The store, opened again when it failed. With {@link #access} held. */
    private OpenedRecords opened() {
        if (ended) {
            throw closed();
        }
        OpenedRecords opened = current;
        if (opened == null || opened.store().isClosed()) {
            opened = OpenedRecords.open(name);
            current = opened;
        }
        return opened;
    }

    /** Forgets what is not durable. */
    private void discard() {
        access.lock();
        try {
            OpenedRecords opened = current;
            if (name != null && opened != null) {
                opened.store().closeImmediately();
                current = null;
            }
        } finally {
            access.unlock();
        }
    }

    private void end() {
        access.lock();
        try {
            ended = true;
            OpenedRecords opened = current;
            current = null;
            if (opened != null) {
                opened.store().close();
            }
        } catch (MVStoreException e) {
            LOG.atWarn().setCause(e).log("The records were closed without tidying up; nothing confirmed is lost");
        } finally {
            access.unlock();
        }
        List<RecordUnit<?>> late = new ArrayList<>();
        changes.drainTo(late);
        late.forEach(unit -> unit.fail(closed()));
    }

    private static RecordStore started(RecordStore records) {
        records.writer.start();
        return records;
    }

    private static UnavailableException busy() {
        return new UnavailableException(
                DataDirectory.DEPENDENCY, "More than " + QUEUE + " calls wait for the records already");
    }

    private static UnavailableException closed() {
        return new UnavailableException(DataDirectory.DEPENDENCY, "The local storage is closed");
    }
}

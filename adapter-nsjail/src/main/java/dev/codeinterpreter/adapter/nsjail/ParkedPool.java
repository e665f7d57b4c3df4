package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.sandbox.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs of one kind that wait ahead of their programs, last in, first out, so that the warmest is used. One thread of the pool's own
 * keeps it filled, starts its jail, replaces a jail that has served long, and starts a dead one again, later each time.
 */
final class ParkedPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ParkedPool.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofSeconds(60);
    /** Runtimes get ready beside running programs, not in their way. */
    private static final double WARM_UP_CPUS = 0.5;

    /** A runtime with half a processor, behind others that start, takes its time. */
    private static final int START_PATIENCE = 4;

    private static final int GUARD_PROCESSES = 1;
    private static final long GUARD_MEMORY = 4L << 20;

    /**
     * What is kept in a pool.
     *
     * @param name for threads, directories and the log
     * @param waiting how many runs wait
     * @param handsOver whether each is a copy of the jail's program, a runtime that takes programs itself
     * @param runtime what is started in each, to take its program
     * @param words the program of the jail with its arguments, to which the cgroup entrances are added
     * @param environment of that program
     */
    record Kind(
            String name,
            int waiting,
            boolean handsOver,
            Optional<ParkedRuntime> runtime,
            List<String> words,
            Map<String, String> environment) {

        /** How long a program waits for one of these: no longer than its own start would take. */
        private Duration patience(PoolSettings settings) {
            return runtime.isPresent() ? Duration.ZERO : settings.patience();
        }

        private boolean needsMemory(int runs) {
            return runtime.isPresent() && !HostMemory.hasRoomFor(runtime.get().memoryBytes() * runs);
        }
    }

    private final Kind kind;
    private final Limits limits;
    private final PoolSettings settings;
    private final JailFactory jails;
    private final ScheduledExecutorService clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread filler;
    private final Deque<ParkedRun> ready = new ArrayDeque<>();
    private final List<JailState> draining = new ArrayList<>();
    private @Nullable JailState current;
    private int waiters;
    private boolean wasAsked;
    private long nextCheck = System.nanoTime();
    private long hits;
    private long misses;
    private int failures;
    private boolean closed;

    ParkedPool(Kind kind, Limits limits, PoolSettings settings, JailFactory jails, ScheduledExecutorService clock) {
        this.kind = kind;
        this.limits = limits;
        this.settings = settings;
        this.jails = jails;
        this.clock = clock;
        this.filler = Thread.ofPlatform().daemon().name("pool-" + kind.name()).start(this::keepFilled);
    }

    /** Whether a run with these limits can come from here: what a parked run has built in must fit, the rest is set at hand-over. */
    boolean serves(Limits wanted) {
        return wanted.diskBytes() == limits.diskBytes()
                && wanted.temporaryBytes() == limits.temporaryBytes()
                && wanted.inodes() == limits.inodes()
                && wanted.fileBytes() == limits.fileBytes()
                && wanted.processes() <= limits.processes()
                && (wanted.memoryBytes() == limits.memoryBytes()
                        || kind.runtime().filter(ParkedRuntime::heapFromLimit).isEmpty());
    }

    /**
     * A run that waits, or one as soon as it does.
     *
     * @return empty when none came in time, or when there is no jail that could give one now
     */
    Optional<SandboxHost> take(Limits wanted) {
        return take(wanted, kind.patience(settings), false);
    }

    /** The same, but also waits for a jail that is being started. */
    Optional<SandboxHost> takeWhenReady(Limits wanted, Duration patience) {
        return take(wanted, patience, true);
    }

    private Optional<SandboxHost> take(Limits wanted, Duration patience, boolean alsoForJail) {
        Optional<ParkedRun> run = await(patience, alsoForJail);
        try {
            if (run.isPresent()) {
                run.get().setLimits(wanted);
            }
            return run.map(SandboxHost.class::cast);
        } catch (IOException e) {
            LOG.warn("Pool {}: limits of a parked run cannot be set", kind.name(), e);
            run.ifPresent(ParkedRun::abandon);
            return Optional.empty();
        }
    }

    private Optional<ParkedRun> await(Duration longest, boolean alsoForJail) {
        long patience = longest.toNanos();
        lock.lock();
        try {
            waiters++;
            wasAsked = true;
            changed.signalAll();
            try {
                while (ready.isEmpty() && patience > 0 && !closed && (alsoForJail || mayGetOne())) {
                    patience = changed.awaitNanos(patience);
                }
            } finally {
                waiters--;
            }
            ParkedRun run = ready.pollLast();
            if (run == null) {
                misses++;
            } else {
                hits++;
            }
            changed.signalAll();
            return Optional.ofNullable(run);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** How it looks now. */
    PoolStatus status() {
        lock.lock();
        try {
            JailState state = current;
            int busy = state == null ? 0 : state.busy;
            return new PoolStatus(kind.name(), ready.size(), busy, kind.waiting(), hits, misses, failures);
        } finally {
            lock.unlock();
        }
    }

    private boolean mayGetOne() {
        return current != null && current.jail != null && current.isReady && failures == 0;
    }

    // ---- the pool's own thread

    private void keepFilled() {
        while (true) {
            boolean needsJail = false;
            List<JailState> toClose = new ArrayList<>();
            List<Slot> toPark = new ArrayList<>();
            JailState from = null;
            lock.lock();
            try {
                while (true) {
                    if (closed) {
                        return;
                    }
                    retireOld();
                    draining.removeIf(state -> state.busy == 0 && toClose.add(state));
                    from = current;
                    needsJail = from == null && (settings.refill().atStart() || wasAsked);
                    for (int n = missing(); from != null && n > 0; n--) {
                        toPark.add(from.takeSlot());
                    }
                    if (needsJail || !toClose.isEmpty() || !toPark.isEmpty()) {
                        break;
                    }
                    boolean _ = changed.await(settings.refill().interval().toMillis(), TimeUnit.MILLISECONDS);
                }
            } catch (InterruptedException e) {
                return;
            } catch (IOException e) {
                LOG.warn("Pool {}: no cgroup for a run", kind.name(), e);
            } finally {
                lock.unlock();
            }
            toClose.forEach(JailState::close);
            if (needsJail) {
                startJail();
            }
            for (Slot slot : toPark) {
                if (from != null) {
                    park(from, slot);
                }
            }
        }
    }

    /** How many runs should be ordered now. */
    private int missing() {
        JailState state = current;
        if (state == null || !state.isReady) {
            return 0;
        }
        int wanted = kind.waiting() + waiters - ready.size() - state.parking;
        int allowed = Math.min(settings.refill().batch() - state.parking, settings.maximumRuns() - state.busy);
        int missing = Math.max(0, Math.min(wanted, allowed));
        if (missing > 0 && kind.needsMemory(missing)) {
            return 0;
        }
        if (missing > 0 && !settings.refill().atOnce()) {
            if (System.nanoTime() < nextCheck) {
                return 0;
            }
            nextCheck = System.nanoTime() + settings.refill().interval().toNanos();
        }
        return missing;
    }

    /** A jail that has served long enough gets no more orders; it ends when its last run has. */
    private void retireOld() {
        JailState state = current;
        if (state != null
                && state.isReady
                && (state.served >= settings.recycling().runs()
                        || System.nanoTime() - state.startedAt
                                > settings.recycling().age().toNanos())) {
            LOG.debug("Pool {}: jail {} has served {} runs and is replaced", kind.name(), state.name, state.served);
            List<ParkedRun> idle =
                    ready.stream().filter(run -> run.state == state).toList();
            ready.removeAll(idle);
            idle.forEach(ParkedRun::abandon);
            draining.add(state);
            current = null;
        }
    }

    /** Starts a jail, later each time after one that failed. Whatever goes wrong is one more failure. */
    private void startJail() {
        try {
            int failed = failures();
            if (failed > 0) {
                long seconds = Math.min(LAST_RETRY.toSeconds(), FIRST_RETRY.toSeconds() << Math.min(failed - 1, 10));
                LOG.info("Pool {}: starting a jail again in {} s", kind.name(), seconds);
                TimeUnit.SECONDS.sleep(seconds);
            }
            JailState state = new JailState(jails.place(jails.nextName(kind)));
            lock.lock();
            try {
                current = state;
            } finally {
                lock.unlock();
            }
            startJail(state);
        } catch (IOException e) {
            LOG.warn("Pool {}: there is no place for a jail", kind.name(), e);
            lock.lock();
            try {
                failures++;
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); /* the pool is being closed */
        }
    }

    private int failures() {
        lock.lock();
        try {
            return failures;
        } finally {
            lock.unlock();
        }
    }

    private void startJail(JailState state) {
        try {
            PooledJail jail = jails.start(kind, state);
            state.jail = jail;
            if (isClosed()) {
                jail.close();
                return;
            }
            ScheduledFuture<?> _ = clock.schedule(
                    state::endIfNotReady, settings.refill().startTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException | RejectedExecutionException e) {
            LOG.warn("Pool {}: its jail cannot be started", kind.name(), e);
            state.ended();
        }
    }

    private void park(JailState state, Slot slot) {
        try {
            slot.cgroup.prepare(kind.runtime().isPresent() ? warmUpLimits() : cgroupLimits(limits));
            for (Path entrance : slot.cgroup.entrances()) {
                Files.setAttribute(entrance, "unix:uid", state.rootUid());
            }
            ByteBuffer order = ByteBuffer.allocate(44);
            order.putInt(slot.number)
                    .putInt(state.nextUid())
                    .putLong(limits.fileBytes())
                    .putInt(limits.processes());
            order.putLong(limits.temporaryBytes())
                    .putLong(limits.diskBytes())
                    .putLong(limits.inodes())
                    .flip();
            PooledJail jail = state.jail;
            if (jail != null) {
                jail.park(order);
            }
        } catch (IOException e) {
            LOG.warn("Pool {}: a run cannot be parked", kind.name(), e);
            state.reaped(slot.number);
        }
    }

    private CgroupLimits warmUpLimits() {
        CgroupLimits all = cgroupLimits(limits);
        return new CgroupLimits(all.memoryBytes(), all.processes(), Math.min(WARM_UP_CPUS, all.cpus()));
    }

    private static CgroupLimits cgroupLimits(Limits limits) {
        return new CgroupLimits(
                limits.memoryBytes() + GUARD_MEMORY, limits.processes() + GUARD_PROCESSES, limits.cpus());
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Ends everything. */
    @Override
    public void close() {
        List<JailState> all = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            all.addAll(draining);
            if (current != null) {
                all.add(current);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        filler.interrupt();
        all.forEach(JailState::close);
    }

    /** A place for one run in a jail. */
    private static final class Slot {

        private final int number;
        private final CgroupSlot cgroup;
        private boolean hasParked;

        Slot(int number, CgroupSlot cgroup) {
            this.number = number;
            this.cgroup = cgroup;
        }
    }

    /** A jail with its slots. Fields are guarded by the pool's lock unless they are final or volatile. */
    final class JailState implements PooledJail.Listener {

        private final JailFactory.Place place;
        private final String name;
        private final long startedAt = System.nanoTime();
        private final Slot[] slots = new Slot[settings.maximumRuns()];
        private final Deque<Slot> free = new ArrayDeque<>();
        private volatile @Nullable PooledJail jail;
        private boolean isReady;
        private boolean isOver;
        private int slotCount;
        private int parking;
        private int busy;
        private int served;
        private int uidCount;

        JailState(JailFactory.Place place) {
            this.place = place;
            this.name = place.name();
        }

        String name() {
            return name;
        }

        JailFactory.Place place() {
            return place;
        }

        int rootUid() {
            return place.firstUid();
        }

        /** User ids of the jail in turn: no two living runs have the same one. */
        int nextUid() {
            return jails.programUid() + uidCount++ % JailFactory.RUN_UIDS;
        }

        private Slot takeSlot() throws IOException {
            Slot slot = free.pollLast();
            if (slot == null) {
                slot = new Slot(slotCount, place.slot(slotCount));
                slots[slotCount++] = slot;
            }
            slot.hasParked = false;
            parking++;
            busy++;
            return slot;
        }

        private void endIfNotReady() {
            lock.lock();
            try {
                if (isReady) {
                    return;
                }
            } finally {
                lock.unlock();
            }
            LOG.warn("Pool {}: jail {} was not ready in time", kind.name(), name);
            close();
        }

        @Override
        public void ready(PooledJail readyJail) {
            lock.lock();
            try {
                isReady = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void parked(PooledJail of, int number, FrameChannel channel) {
            lock.lock();
            try {
                if (number < 0 || number >= slotCount || isOver || closed) {
                    Jail.closeQuietly(channel);
                    return;
                }
            } finally {
                lock.unlock();
            }
            ParkedRun run = new ParkedRun(this, slots[number], channel);
            if (kind.runtime().isEmpty()) {
                waits(run);
            } else {
                Thread.ofVirtual()
                        .name("pool-" + run.name())
                        .start(() -> startRuntime(run, kind.runtime().get()));
            }
        }

        /** A runtime that does not come to wait takes its guard with it, and the jail is replaced as one that cannot build walls. */
        private void startRuntime(ParkedRun run, ParkedRuntime runtime) {
            ScheduledFuture<?> alarm = clock.schedule(
                    run::abandon,
                    settings.refill()
                            .startTimeout()
                            .multipliedBy(START_PATIENCE)
                            .toMillis(),
                    TimeUnit.MILLISECONDS);
            try {
                runtime.start(run.channel, limits.memoryBytes());
                run.startsProgram();
                waits(run);
            } catch (IOException | SandboxLostException e) {
                LOG.debug("Pool {}: {} did not come to wait", kind.name(), run.name(), e);
                run.abandon();
            } finally {
                alarm.cancel(false);
            }
        }

        private void waits(ParkedRun run) {
            lock.lock();
            try {
                parking--;
                run.slot.hasParked = true;
                if (isOver || closed || current != this) {
                    run.abandon(); /* ordered before its jail was replaced */
                    return;
                }
                failures = 0;
                ready.addLast(run);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void reaped(PooledJail of, int number) {
            reaped(number);
        }

        private void reaped(int number) {
            boolean broken = false;
            lock.lock();
            try {
                if (number < 0 || number >= slotCount || isOver) {
                    return;
                }
                Slot slot = slots[number];
                ready.removeIf(run -> run.slot == slot);
                free.addLast(slot);
                busy--;
                served++;
                if (!slot.hasParked) {
                    /* walls that could not be built once cannot be built the next time either */
                    parking--;
                    broken = true;
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            if (broken) {
                LOG.warn("Pool {}: a run could not be parked; its jail is replaced", kind.name());
                close();
            }
        }

        @Override
        public void ended(PooledJail of) {
            ended();
        }

        private void ended() {
            lock.lock();
            try {
                if (isOver) {
                    return;
                }
                isOver = true;
                ready.removeIf(run -> run.state == this);
                draining.remove(this);
                if (current == this) {
                    current = null;
                    failures++;
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            place.close();
        }

        private void close() {
            PooledJail running = jail;
            if (running != null) {
                running.close();
            }
        }
    }

    /** A run that waits, or that was taken. */
    private final class ParkedRun implements SandboxHost {

        private final JailState state;
        private final Slot slot;
        private final FrameChannel channel;
        private volatile Duration cpuBefore = Duration.ZERO;

        ParkedRun(JailState state, Slot slot, FrameChannel channel) {
            this.state = state;
            this.slot = slot;
            this.channel = channel;
        }

        private void setLimits(Limits wanted) throws IOException {
            if (!cgroupLimits(wanted).equals(cgroupLimits(limits))) {
                slot.cgroup.limit(cgroupLimits(wanted));
            }
        }

        /** The runtime is warm: it gets its program's processors, and what it has used so far is not the program's. */
        private void startsProgram() throws IOException {
            slot.cgroup.limit(cgroupLimits(limits));
            cpuBefore = slot.cgroup.read().cpuTime().orElse(Duration.ZERO);
        }

        @Override
        public String name() {
            return state.name + "-s" + slot.number;
        }

        @Override
        public FrameChannel channel() {
            return channel;
        }

        @Override
        public boolean handsOver() {
            return kind.handsOver() || kind.runtime().isPresent();
        }

        @Override
        public CgroupReading reading() throws IOException {
            return slot.cgroup.read().without(cpuBefore);
        }

        @Override
        public ScheduledExecutorService clock() {
            return clock;
        }

        @Override
        public void abandon() {
            Jail.closeQuietly(channel);
        }

        /** The guard ends with the connection and everything in the run with the guard; the slot is free when it was reaped. */
        @Override
        public void close() {
            abandon();
        }
    }
}

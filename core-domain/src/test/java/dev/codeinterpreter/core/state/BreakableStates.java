package dev.codeinterpreter.core.state;

import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.session.SessionId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A store of states that does what another one does until a test breaks it, and counts what it is asked. */
public final class BreakableStates implements StatePort {

    private final StatePort states;
    private final AtomicInteger loads = new AtomicInteger();
    private final AtomicInteger saves = new AtomicInteger();
    private volatile boolean loading = true;
    private volatile boolean saving = true;

    public BreakableStates(StatePort states) {
        this.states = states;
    }

    /** Gives nothing any more. */
    public void breakLoad() {
        loading = false;
    }

    /** Takes nothing any more. */
    public void breakSave() {
        saving = false;
    }

    /** How often something was loaded. */
    public int loads() {
        return loads.get();
    }

    /** How often something was saved. */
    public int saves() {
        return saves.get();
    }

    @Override
    public long maximumBytes() {
        return states.maximumBytes();
    }

    @Override
    public boolean save(SessionId session, StateSnapshot snapshot, Duration timeToLive) {
        saves.incrementAndGet();
        requireWorking(saving);
        return states.save(session, snapshot, timeToLive);
    }

    @Override
    public Optional<StateSnapshot> load(SessionId session) {
        loads.incrementAndGet();
        requireWorking(loading);
        return states.load(session);
    }

    @Override
    public void delete(SessionId session) {
        states.delete(session);
    }

    private static void requireWorking(boolean works) {
        if (!works) {
            throw new UnavailableException("state store", "The state store did not answer within 1 s");
        }
    }
}

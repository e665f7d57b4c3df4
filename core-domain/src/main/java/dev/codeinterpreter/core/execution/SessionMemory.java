package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.execution.Outcome.Cancelled;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Outcome.TimedOut;
import dev.codeinterpreter.core.failure.ConflictException;
import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.sandbox.CapturedState;
import dev.codeinterpreter.core.sandbox.Program;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.StateExchange;
import dev.codeinterpreter.core.sandbox.StateReport;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.session.SessionLockPort.SessionLock;
import dev.codeinterpreter.core.state.StateService;
import dev.codeinterpreter.core.state.StateSettings;
import dev.codeinterpreter.core.state.StateSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The variables of a session in the hands of one execution, on its thread: loaded before its program runs, stored after it. While
 * it is open, no other execution has them. After the program ran, nothing that fails here is thrown: it becomes a notice.
 */
final class SessionMemory implements AutoCloseable {

    private static final int SHOWN_NAMES = 10;
    private static final int SHOWN_CHARACTERS = 60;

    private final Optional<StateService> service;
    private final Optional<Session> session;
    private final SessionLock lock;
    private final List<String> notices = new ArrayList<>();
    private Optional<StateSnapshot> previous = Optional.empty();
    private List<String> dropped = List.of();

    private SessionMemory(Optional<StateService> service, Optional<Session> session, SessionLock lock) {
        this.service = service;
        this.session = session;
        this.lock = lock;
    }

    /** Of an execution that has nothing to do with variables of a session. */
    static SessionMemory none(Optional<Session> session) {
        return new SessionMemory(Optional.empty(), session, () -> {});
    }

    /**
     * Of an execution of this session, or of a new one when it is absent.
     *
     * @throws ConflictException when others of this session are in the way for too long
     * @throws InterruptedException when the calling thread was interrupted while it waited for them
     * @throws UnavailableException when the store of locks did not answer in time
     */
    static SessionMemory of(StateService service, Optional<Session> session) throws InterruptedException {
        SessionLock lock = session.isPresent() ? service.awaitTurn(session.get().id()) : () -> {};
        return new SessionMemory(Optional.of(service), session, lock);
    }

    /** The session that is continued. */
    Optional<Session> session() {
        return session;
    }

    /**
     * Loads the variables that the session has.
     *
     * @throws UnavailableException when a store did not answer in time
     */
    void load() {
        if (service.isPresent() && session.isPresent()) {
            try {
                previous = service.get().load(session.get().id());
            } catch (NotFoundException gone) {
                notices.add("The variables of earlier runs of this session are lost");
            }
        }
    }

    /** Names of packages that the variables need. */
    List<String> packages() {
        return previous.map(StateSnapshot::packages).orElse(List.of());
    }

    /** The program, with the variables. */
    Program with(Program program) {
        return service.map(StateService::settings)
                .map(settings -> program.withState(
                        new StateExchange(previous, settings.afterFailure(), settings.maximumBytes())))
                .orElse(program);
    }

    /** Stores what the program left. */
    void store(SessionId id, Sandbox sandbox, Outcome outcome) {
        if (service.isEmpty() || outcome instanceof Cancelled || outcome instanceof TimedOut) {
            return;
        }
        try {
            StateReport report = sandbox.state();
            dropped = report.dropped();
            tellUnrestored(report.unrestored());
            store(service.get(), id, report.captured(), outcome);
        } catch (SandboxLostException lost) {
            lose(lost.reason());
        }
    }

    private void tellUnrestored(List<String> names) {
        if (names.contains(StateReport.ALL)) {
            notices.add("The variables of earlier runs could not be restored");
        } else if (!names.isEmpty()) {
            notices.add("Variables of earlier runs that could not be restored: " + shown(names));
        }
    }

    private void store(StateService states, SessionId id, CapturedState captured, Outcome outcome) {
        switch (captured) {
            case CapturedState.Kept kept -> save(states, id, kept);
            case CapturedState.Lost lost -> {
                if (lost.reason() != CapturedState.Reason.SUDDEN_END || outcome.equals(new Exited(0))) {
                    lose(words(lost.reason(), states.settings()));
                }
            }
            case CapturedState.Nothing _, CapturedState.NotWanted _ -> {
                /* then what the session has stays as it is */
            }
        }
    }

    private void save(StateService states, SessionId id, CapturedState.Kept kept) {
        try {
            if (!states.save(id, previous, kept.format(), kept.bytes())) {
                lose("another execution of this session has stored newer ones");
            }
        } catch (TooLargeException | UnavailableException failure) {
            lose(failure.reason());
        }
    }

    private static String words(CapturedState.Reason reason, StateSettings settings) {
        return switch (reason) {
            case SIZE -> "they take more than " + OutcomeText.mebibytes(settings.maximumBytes());
            case MEMORY -> "the run has too little memory left to pack them";
            case DISK -> "the run has too little space for temporary files left to pack them";
            case TIME -> "packing them took too long";
            case SUDDEN_END -> "the program ended without giving them";
            case FAILURE -> "packing them failed";
        };
    }

    private void lose(String why) {
        notices.add("The variables of this run were not kept (" + why + "); "
                + (previous.isPresent()
                        ? "the next run of this session finds those of the run before"
                        : "the next run of this session begins without variables"));
    }

    /** What the reader of the output has to know. */
    List<String> notices() {
        return List.copyOf(notices);
    }

    /** Names of variables that cannot be kept. */
    List<String> dropped() {
        return dropped;
    }

    /** A program chooses the names, so they are shown on one line and not at any length. */
    private static String shown(List<String> names) {
        String more = names.size() > SHOWN_NAMES ? " and " + (names.size() - SHOWN_NAMES) + " more" : "";
        return names.stream()
                        .limit(SHOWN_NAMES)
                        .map(name ->
                                name.length() <= SHOWN_CHARACTERS ? name : name.substring(0, SHOWN_CHARACTERS) + "…")
                        .map(name -> name.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?"))
                        .collect(Collectors.joining(", "))
                + more;
    }

    @Override
    public void close() {
        lock.close();
    }
}

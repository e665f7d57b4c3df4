package dev.codeinterpreter.core.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Outcome.Signalled;
import dev.codeinterpreter.core.failure.ConflictException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.BlobKey;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.file.FileScope;
import dev.codeinterpreter.core.file.FileSettings;
import dev.codeinterpreter.core.file.NewFile;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.CapturedState;
import dev.codeinterpreter.core.sandbox.CapturedState.Reason;
import dev.codeinterpreter.core.sandbox.Script;
import dev.codeinterpreter.core.sandbox.StateReport;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.session.SessionLockPort.SessionLock;
import dev.codeinterpreter.core.state.StateSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Variables of sessions through the service, with scripts that remember. */
final class SessionMemoryTest {

    private final ServicesOnMemory services = services(StateSettings.DEFAULT);

    private static ServicesOnMemory services(StateSettings settings) {
        return new ServicesOnMemory(
                ExecutionSettings.DEFAULT, FileSettings.DEFAULT, settings.withPatience(Duration.ofSeconds(30)));
    }

    private static final Script COUNT = run -> {
        int count = run.remembered().map(Integer::parseInt).orElse(0) + 1;
        run.remember(Integer.toString(count));
        run.stdout(Integer.toString(count));
        return new Exited(0);
    };

    @Test
    void execute_sameSession_findsWhatTheRunBeforeLeft() {
        services.sandboxes.with("count", COUNT);
        SessionId session = python(services, "count").session();

        assertThat(python(services, "count", session).stdout().text()).isEqualTo("2");
        assertThat(python(services, "count", session).stdout().text()).isEqualTo("3");
        assertThat(python(services, "count").stdout().text()).isEqualTo("1");
    }

    @Test
    void execute_newSession_asksTheStoreForNothing() {
        services.sandboxes.with("count", COUNT);

        python(services, "count");

        assertThat(services.statePort.loads()).isZero();
        assertThat(services.statePort.saves()).isEqualTo(1);
    }

    @Test
    void execute_packagesOfTheVariables_areAHintForTheSandbox() {
        services.sandboxes.with("count", COUNT);
        SessionId session = python(services, "count").session();

        python(services, "count", session);

        assertThat(services.sandboxes.specs())
                .extracting(spec -> spec.source())
                .containsExactly("count", "count\nimport numpy");
    }

    @Test
    void execute_otherLanguage_hasNoMemory() {
        services.sandboxes.with("count", COUNT);
        SessionId session = python(services, "count").session();

        ExecutionResult result = services.executions.execute(
                ExecutionRequest.of(Language.BASH, "count").withSession(session));

        assertThat(result.stdout().text()).isEqualTo("1");
        assertThat(python(services, "count", session).stdout().text()).isEqualTo("2");
    }

    @Test
    void execute_switchedOff_hasNoMemory() {
        ServicesOnMemory off = services(StateSettings.DEFAULT.withEnabled(false));
        off.sandboxes.with("count", COUNT);
        SessionId session = python(off, "count").session();

        assertThat(python(off, "count", session).stdout().text()).isEqualTo("1");
        assertThat(off.statePort.saves()).isZero();
    }

    @Test
    void execute_nothingWanted_keepsWhatIsThere() {
        services.sandboxes.with("count", COUNT).with("fail", run -> {
            run.report(new CapturedState.NotWanted());
            return new Exited(1);
        });
        SessionId session = python(services, "count").session();

        ExecutionResult failed = python(services, "fail", session);

        assertThat(failed.notices()).isEmpty();
        assertThat(python(services, "count", session).stdout().text()).isEqualTo("2");
    }

    @Test
    void execute_lost_isToldAndTheOldVariablesStay() {
        services.sandboxes.with("count", COUNT).with("grow", run -> {
            run.report(new CapturedState.Lost(Reason.SIZE));
            return new Exited(0);
        });
        SessionId session = python(services, "count").session();

        ExecutionResult result = python(services, "grow", session);

        assertThat(result.outcome()).isEqualTo(new Exited(0));
        assertThat(result.notices())
                .containsExactly("The variables of this run were not kept (they take more than 100 MiB); "
                        + "the next run of this session finds those of the run before");
        assertThat(python(services, "grow").notices())
                .containsExactly("The variables of this run were not kept (they take more than 100 MiB); "
                        + "the next run of this session begins without variables");
        assertThat(python(services, "count", session).stdout().text()).isEqualTo("2");
    }

    @Test
    void execute_suddenEnd_isToldOfASuccessOnly() {
        Script vanish = run -> {
            run.report(new CapturedState.Lost(Reason.SUDDEN_END));
            return run.program().arguments().isEmpty() ? new Exited(0) : new Signalled(11);
        };
        services.sandboxes.with("vanish", vanish);

        assertThat(python(services, "vanish").notices())
                .singleElement()
                .asString()
                .contains("without giving them");
        assertThat(services.executions
                        .execute(ExecutionRequest.of(Language.PYTHON, "vanish").withArguments(List.of("crash")))
                        .notices())
                .singleElement()
                .asString()
                .contains("Segmentation fault");
    }

    @Test
    void execute_namesOfThePrograms_areShownOnOneLine() {
        services.sandboxes.with("names", run -> {
            run.report(new StateReport(new CapturedState.Nothing(), List.of("lock"), List.of("a\nb", "x".repeat(500))));
            return new Exited(0);
        });

        ExecutionResult result = python(services, "names");

        assertThat(result.droppedVariables()).containsExactly("lock");
        assertThat(result.notices())
                .containsExactly("Variables of earlier runs that could not be restored: a?b, " + "x".repeat(60) + "…");
    }

    @Test
    void execute_storeDoesNotLoad_isRefusedBeforeTheProgramRuns() {
        services.sandboxes.with("count", COUNT);
        SessionId session = python(services, "count").session();
        services.statePort.breakLoad();

        assertThatThrownBy(() -> python(services, "count", session)).isInstanceOf(UnavailableException.class);

        assertThat(services.sandboxes.specs()).hasSize(1);
    }

    @Test
    void execute_storeDoesNotSave_outputIsDelivered() {
        services.sandboxes.with("count", COUNT);
        services.statePort.breakSave();

        ExecutionResult result = python(services, "count");

        assertThat(result.stdout().text()).isEqualTo("1");
        assertThat(result.notices())
                .singleElement()
                .asString()
                .contains("not kept (The state store did not answer within 1 s)");
    }

    @Test
    void execute_largeMemory_liesInTheFileStore() {
        ServicesOnMemory small = services(StateSettings.DEFAULT.withMaximumHotBytes(1));
        small.sandboxes.with("count", COUNT).with("ten", run -> {
            run.remember("10");
            return new Exited(0);
        });
        SessionId session = python(small, "ten").session();

        assertThat(small.store.read(BlobKey.ofState(session))).isPresent();
        assertThat(python(small, "count", session).stdout().text()).isEqualTo("11");
        assertThat(small.statePort.load(session).orElseThrow().size()).isZero();

        small.store.delete(BlobKey.ofState(session));
        ExecutionResult without = python(small, "count", session);

        assertThat(without.stdout().text()).isEqualTo("1");
        assertThat(without.notices()).containsExactly("The variables of earlier runs of this session are lost");
        assertThat(python(small, "count", session).stdout().text())
                .as("the small one that came later wins")
                .isEqualTo("2");
    }

    @Test
    void execute_timeIsOver_beginsAnew() {
        services.sandboxes.with("count", COUNT);
        SessionId session = python(services, "count").session();
        services.clock.advance(Duration.ofHours(3));

        assertThat(python(services, "count", session).stdout().text()).isEqualTo("1");
    }

    @Test
    void execute_sixAtOnce_countToSix() throws Exception {
        services.sandboxes.with("count", COUNT);
        SessionId session =
                services.sessions.create(Caller.LOCAL, Optional.empty()).id();
        List<String> seen = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<ExecutionResult>> all = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                all.add(threads.submit(() -> python(services, "count", session)));
            }
            for (Future<ExecutionResult> one : all) {
                seen.add(one.get().stdout().text());
            }
        }

        assertThat(seen).containsExactlyInAnyOrder("1", "2", "3", "4", "5", "6");
    }

    @Test
    void execute_sessionBusyForTooLong_isRefused() throws InterruptedException {
        ServicesOnMemory impatient = new ServicesOnMemory(
                ExecutionSettings.DEFAULT, FileSettings.DEFAULT, StateSettings.DEFAULT.withPatience(Duration.ZERO));
        impatient.sandboxes.with("count", COUNT);
        SessionId session = python(impatient, "count").session();

        try (SessionLock _ = impatient.states.awaitTurn(session)) {
            assertThatThrownBy(() -> python(impatient, "count", session))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining(session.value());
        }

        assertThat(python(impatient, "count", session).stdout().text()).isEqualTo("2");
        assertThat(impatient.executions.running()).isZero();
    }

    @Test
    void execute_fileOfTheSameUser_continuesItsSession() {
        services.sandboxes.with("count", run -> {
            run.write("out.txt", "x");
            return COUNT.run(run);
        });
        ExecutionRequest ofAnn =
                ExecutionRequest.of(Language.PYTHON, "count").withCaller(new Caller("key", Optional.of("ann")));
        ExecutionResult first = services.executions.execute(ofAnn);
        Artifact made = first.files().getFirst();
        FileReference output = new FileReference(made.session(), made.id(), Optional.of(made.name()), FileScope.NONE);

        ExecutionResult again = services.executions.execute(ofAnn.withFiles(List.of(output)));
        ExecutionResult ofBob = services.executions.execute(
                ofAnn.withFiles(List.of(output)).withCaller(new Caller("key", Optional.of("bob"))));
        ExecutionResult otherKey = services.executions.execute(
                ofAnn.withFiles(List.of(output)).withCaller(new Caller("other", Optional.of("ann"))));

        assertThat(again.session()).isEqualTo(first.session());
        assertThat(again.stdout().text()).isEqualTo("2");
        assertThat(ofBob.session()).isNotEqualTo(first.session());
        assertThat(ofBob.stdout().text()).isEqualTo("1");
        assertThat(otherKey.session()).isNotEqualTo(first.session());
        assertThat(otherKey.stdout().text()).isEqualTo("1");
    }

    @Test
    void execute_fileThatTheUserUploaded_beginsASessionOfItsOwn() {
        Caller ann = new Caller("key", Optional.of("ann"));
        FileReference upload = FileReference.to(services.upload(
                services.sessions.create(ann, Optional.empty()), NewFile.named(new FileName("in.txt")), "content"));
        services.sandboxes.with("count", COUNT);

        ExecutionResult result = services.executions.execute(
                ExecutionRequest.of(Language.PYTHON, "count").withCaller(ann).withFiles(List.of(upload)));

        assertThat(result.session()).isNotEqualTo(upload.session());
        assertThat(result.files()).hasSize(1);
    }

    private static ExecutionResult python(ServicesOnMemory services, String code) {
        return services.executions.execute(ExecutionRequest.of(Language.PYTHON, code));
    }

    private static ExecutionResult python(ServicesOnMemory services, String code, SessionId session) {
        return services.executions.execute(
                ExecutionRequest.of(Language.PYTHON, code).withSession(session));
    }
}

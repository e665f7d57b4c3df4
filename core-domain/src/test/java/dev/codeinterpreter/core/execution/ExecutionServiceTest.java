package dev.codeinterpreter.core.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.execution.Artifact.Change;
import dev.codeinterpreter.core.execution.ArtifactReport.Reason;
import dev.codeinterpreter.core.execution.ArtifactReport.Skipped;
import dev.codeinterpreter.core.execution.Outcome.Cancelled;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Outcome.TimedOut;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.QuotaExceededException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.file.FileScope;
import dev.codeinterpreter.core.file.FileSettings;
import dev.codeinterpreter.core.file.NewFile;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.NetworkPolicy;
import dev.codeinterpreter.core.sandbox.SandboxSpec;
import dev.codeinterpreter.core.sandbox.Script;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

final class ExecutionServiceTest {

    private static final Exited OK = new Exited(0);
    private static final ExecutionSettings SETTINGS = ExecutionSettings.DEFAULT
            .withCapturedBytes(20)
            .withMaximumWallTime(Duration.ofSeconds(30))
            .withConcurrentExecutions(2)
            .withQueuedExecutions(1);
    private static final FileSettings FILE_SETTINGS = new FileSettings(100, 6, 3);

    private final ServicesOnMemory services = new ServicesOnMemory(SETTINGS, FILE_SETTINGS);

    @AutoClose("shutdownNow")
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void everythingIsGivenBack() {
        await().until(() -> services.sandboxes.open() == 0 && services.executions.running() == 0);
        assertThat(services.executions.waiting()).isZero();
    }

    // limits

    @Test
    void execute_noLimitsWanted_getsThoseOfTheSettings() {
        execute(_ -> OK);

        assertThat(spec().language()).isEqualTo(Language.BASH);
        assertThat(spec().limits()).isEqualTo(Limits.DEFAULT.withWallTime(Duration.ofSeconds(30)));
        assertThat(spec().network()).isEqualTo(NetworkPolicy.NONE);
        assertThat(spec().scope()).isEqualTo(Caller.LOCAL.owner());
    }

    @Test
    void execute_aProgram_sandboxIsChosenByItsText() {
        ExecutionRequest request = request(_ -> OK);

        run(request);

        assertThat(spec().source()).isEqualTo(request.program().source());
    }

    @Test
    void execute_lessWanted_getsThat() {
        run(request(_ -> OK).withTimeLimit(Duration.ofMillis(1500)).withMemoryBytes(64L << 20));

        assertThat(spec().limits().wallTime()).isEqualTo(Duration.ofMillis(1500));
        assertThat(spec().limits().memoryBytes()).isEqualTo(64L << 20);
    }

    @Test
    void execute_moreWanted_getsTheMaximum() {
        run(request(_ -> OK).withTimeLimit(Duration.ofDays(9000)).withMemoryBytes(Long.MAX_VALUE));

        assertThat(spec().limits().wallTime()).isEqualTo(Duration.ofSeconds(30));
        assertThat(spec().limits().memoryBytes()).isEqualTo(512L << 20);
    }

    @Test
    void execute_languageWithFactors_getsMoreToCompileAndMoreMemory() {
        services.sandboxes.with("class A {}", _ -> OK);
        run(ExecutionRequest.of(Language.JAVA, "class A {}"));

        assertThat(spec().limits().compileTime()).isEqualTo(Duration.ofMinutes(2));
        assertThat(spec().limits().memoryBytes()).isEqualTo(768L << 20);
        assertThat(spec().limits().wallTime()).isEqualTo(Duration.ofSeconds(30));
    }

    // output

    @Test
    void execute_longOutput_isCutInTheResultAndWholeForTheListener() {
        StringBuilder heard = new StringBuilder();
        OutputListener listener = new OutputListener() {
            @Override
            public void stdout(byte[] bytes, int offset, int length) {
                heard.append("out:").append(length).append(' ');
            }

            @Override
            public void stderr(byte[] bytes, int offset, int length) {
                heard.append("err:").append(length).append(' ');
            }
        };

        ExecutionResult result = services.executions.execute(
                request(run -> {
                    run.stdout("0123456789");
                    run.stderr("e");
                    run.stdout("012345678é");
                    run.stdout("x");
                    return OK;
                }),
                listener);

        assertThat(heard).hasToString("out:10 err:1 out:11 out:1 ");
        assertThat(result.stdout()).isEqualTo(new CapturedOutput("0123456789012345678", 3));
        assertThat(result.stderr()).isEqualTo(new CapturedOutput("e", 0));
        assertThat(result.notices()).isEmpty();
    }

    @Test
    void execute_listenerThrows_reachesTheCaller() {
        IllegalStateException failure = new IllegalStateException("reader went away");
        OutputListener listener = new OutputListener() {
            @Override
            public void stdout(byte[] bytes, int offset, int length) {
                throw failure;
            }

            @Override
            public void stderr(byte[] bytes, int offset, int length) {
                throw failure;
            }
        };

        assertThatThrownBy(() -> services.executions.execute(
                        request(run -> {
                            run.stdout("x");
                            return OK;
                        }),
                        listener))
                .isSameAs(failure);
    }

    @Test
    void execute_endInTheCompilePhase_isTold() {
        ExecutionResult result = execute(run -> {
            run.endInCompilePhase();
            return new TimedOut(Duration.ofSeconds(60));
        });

        assertThat(result.phase()).isEqualTo(Phase.COMPILE);
        assertThat(result.notices()).containsExactly("Time limit exceeded while compiling: timed out after 60 seconds");
    }

    @Test
    void execute_usage_isPassedOn() {
        ExecutionResult result = execute(_ -> OK);

        assertThat(result.usage().wallTime()).isEqualTo(Duration.ofMillis(5));
        assertThat(result.usage().peakMemoryBytes()).hasValue(1 << 20);
    }

    // sessions

    @Test
    void execute_noSession_makesOneOfTheCaller() {
        Caller caller = new Caller("anne", Optional.of("u-1"));

        ExecutionResult result = run(request(_ -> OK).withCaller(caller).withEntity("agent"));

        assertThat(services.sessions.find(caller, result.session())).get().satisfies(session -> {
            assertThat(session.user()).contains("u-1");
            assertThat(session.entity()).contains("agent");
        });
    }

    @Test
    void execute_foreignSession_startsANewOneWithoutItsFiles() {
        Session foreign = services.sessions.create(new Caller("anne", Optional.empty()), Optional.empty());
        services.upload(foreign, NewFile.named(new FileName("secret")), "x");

        ExecutionResult result = run(request(run -> {
                    run.stdout(run.read("secret").orElse("nothing"));
                    return OK;
                })
                .withSession(foreign.id()));

        assertThat(result.session()).isNotEqualTo(foreign.id());
        assertThat(result.stdout().text()).isEqualTo("nothing");
    }

    @Test
    void execute_foreignFile_isSkippedAndNamed() {
        Session foreign = services.sessions.create(new Caller("anne", Optional.empty()), Optional.empty());
        FileReference secret = FileReference.to(services.upload(foreign, NewFile.named(new FileName("secret")), "x"));

        ExecutionResult result = run(request(run -> {
                    run.stdout(run.read("secret").orElse("nothing"));
                    return OK;
                })
                .withFiles(List.of(secret)));

        assertThat(result.stdout().text()).isEqualTo("nothing");
        assertThat(result.skippedInputs()).containsExactly(secret);
        assertThat(result.notices()).isEmpty();
    }

    @Test
    void execute_expiredSession_startsANewOne() {
        ExecutionResult first = execute(_ -> OK);
        services.clock.advance(Duration.ofHours(24));

        assertThat(run(request(_ -> OK).withSession(first.session())).session()).isNotEqualTo(first.session());
    }

    @Test
    void execute_outputsInAnOldSession_prolongIt() {
        SessionId session = execute(_ -> OK).session();
        services.clock.advance(Duration.ofHours(23));

        run(writing("a.txt").withSession(session));
        services.clock.advance(Duration.ofHours(23));

        assertThat(services.files.list(Caller.LOCAL, session)).hasSize(1);
    }

    // failures before the run

    @Test
    void execute_conflictingNames_makesNeitherSandboxNorSession() {
        StoredFile file = services.upload("x", "x");

        assertThatThrownBy(() -> run(request(_ -> OK).withFiles(List.of(named(file, "a"), named(file, "a/b")))))
                .isInstanceOf(InvalidRequestException.class);

        assertThat(services.sandboxes.specs()).isEmpty();
        assertOnlySessionsOf(file);
    }

    @Test
    void execute_bytesOfAnInputGone_isSkippedAndNamed() {
        StoredFile gone = services.upload("gone.txt", "x");
        StoredFile there = services.upload("there.txt", "y");
        services.store.delete(gone.key());

        ExecutionResult result = run(request(run -> {
                    run.stdout(run.read("gone.txt").orElse("-")
                            + run.read("there.txt").orElse("-"));
                    return OK;
                })
                .withFiles(List.of(FileReference.to(gone), FileReference.to(there))));

        assertThat(result.stdout().text()).isEqualTo("-y");
        assertThat(result.skippedInputs()).containsExactly(FileReference.to(gone));
        assertThat(result.deletedFiles()).isEmpty();
        assertThat(result.files()).extracting(Artifact::id).containsExactly(there.id());
    }

    @Test
    void execute_fileStoreDown_unavailableBeforeTheRun() {
        FileReference input = services.reference("a", "x");
        services.store.breakReads();

        assertFailsBeforeTheRun(UnavailableException.class, input);
    }

    @Test
    void execute_sessionStoreDown_unavailableBeforeTheRun() {
        services.sessionPort.breakAll();

        assertFailsBeforeTheRun(UnavailableException.class);
    }

    @Test
    void execute_storeGivesOtherBytesThanRecorded_unavailableBeforeTheRun() {
        StoredFile file = services.upload("a", "x");
        services.sessionPort.addFiles(List.of(new StoredFile(
                file.id(),
                file.session(),
                file.name(),
                7,
                file.sha256(),
                file.contentType(),
                Instant.EPOCH,
                file.origin(),
                false,
                FileScope.NONE)));

        assertFailsBeforeTheRun(UnavailableException.class, FileReference.to(file));
    }

    @Test
    void execute_inputsLargerThanTheDirectory_refused() {
        ServicesOnMemory small =
                new ServicesOnMemory(SETTINGS.withLimits(Limits.DEFAULT.withDiskBytes(1 << 20)), FileSettings.DEFAULT);
        small.sandboxes.with("true", _ -> OK);
        FileReference large = small.reference("large", "x".repeat((1 << 20) + 1));

        assertThatThrownBy(() -> small.executions.execute(
                        ExecutionRequest.of(Language.BASH, "true").withFiles(List.of(large))))
                .isInstanceOf(TooLargeException.class);
        assertThat(small.sandboxes.open()).isZero();
    }

    @Test
    void execute_sandboxBreaksInTheRun_isThrown() {
        assertThatThrownBy(() -> execute(_ -> {
                    throw new SandboxLostException("guard died");
                }))
                .isInstanceOf(SandboxLostException.class);
    }

    // files of a run

    @Test
    void execute_filesOfAllKinds_areReported() {
        StoredFile same = services.upload("same.txt", "1");
        StoredFile rewritten = services.upload("rewritten.txt", "2");
        StoredFile changed = services.upload("changed.txt", "3");
        StoredFile removed = services.upload("removed.txt", "4");
        FileScope scope = new FileScope(Optional.of("user"), Optional.of("u"), Optional.empty(), Optional.empty());
        FileReference changedReference =
                new FileReference(changed.session(), changed.id(), Optional.of(new FileName("changed.txt")), scope);

        ExecutionResult result = run(request(run -> {
                    run.write("rewritten.txt", "2");
                    run.write("changed.txt", "three");
                    run.delete("removed.txt");
                    run.write("z/new.txt", "new");
                    run.write("node_modules/x.js", "cache");
                    run.write(".hidden", "hidden");
                    return new Exited(1);
                })
                .withFiles(List.of(
                        FileReference.to(same),
                        FileReference.to(rewritten),
                        changedReference,
                        FileReference.to(removed))));

        assertThat(result.files())
                .extracting(file -> file.name().value(), Artifact::change, Artifact::size)
                .containsExactly(
                        tuple("changed.txt", Change.MODIFIED, 5L),
                        tuple("z/new.txt", Change.GENERATED, 3L),
                        tuple("rewritten.txt", Change.INHERITED, 1L),
                        tuple("same.txt", Change.INHERITED, 1L));
        Artifact modified = result.files().getFirst();
        assertThat(modified.origin()).contains(changedReference);
        assertThat(modified.id()).isNotEqualTo(changed.id());
        assertThat(services.download(modified)).isEqualTo("three");
        assertThat(result.files().get(2).id()).isEqualTo(rewritten.id());
        assertThat(result.files().get(2).session()).isEqualTo(rewritten.session());
        assertThat(result.deletedFiles()).containsExactly(removed.name());
        assertThat(result.artifactReport()).isEqualTo(new ArtifactReport(2, List.of(), List.of()));
        assertThat(result.notices()).isEmpty();
        assertThat(services.files.list(Caller.LOCAL, result.session()))
                .extracting(StoredFile::name)
                .containsExactlyInAnyOrder(new FileName("changed.txt"), new FileName("z/new.txt"));
    }

    @Test
    void execute_readOnlyInputs_areInheritedWhateverTheProgramDid() {
        Session session = services.sessions.create(Caller.LOCAL, Optional.empty());
        StoredFile changed = services.upload(session, new NewFile(new FileName("changed"), FileScope.NONE, true), "1");
        StoredFile removed = services.upload(session, new NewFile(new FileName("removed"), FileScope.NONE, true), "2");

        ExecutionResult result = run(request(run -> {
                    run.write("changed", "other");
                    run.delete("removed");
                    return OK;
                })
                .withFiles(List.of(FileReference.to(changed), FileReference.to(removed))));

        assertThat(result.files()).extracting(Artifact::id).containsExactly(changed.id(), removed.id());
        assertThat(result.files()).extracting(Artifact::change).containsOnly(Change.INHERITED);
        assertThat(result.deletedFiles()).isEmpty();
    }

    @Test
    void execute_filesOfAContinuedSession_areToldWhenTheyChange() {
        Session session = services.sessions.create(Caller.LOCAL, Optional.empty());
        services.upload(session, NewFile.named(new FileName("same")), "1");
        StoredFile changed = services.upload(session, NewFile.named(new FileName("changed")), "2");
        services.upload(session, NewFile.named(new FileName("removed")), "3");
        services.upload(session, new NewFile(new FileName("readonly"), FileScope.NONE, true), "4");

        ExecutionResult result = run(request(run -> {
                    run.write("changed", "two");
                    run.delete("removed");
                    return OK;
                })
                .withSession(session.id()));

        assertThat(result.session()).isEqualTo(session.id());
        assertThat(result.files()).singleElement().satisfies(file -> {
            assertThat(file.name()).isEqualTo(new FileName("changed"));
            assertThat(file.change()).isEqualTo(Change.MODIFIED);
            assertThat(file.origin()).contains(FileReference.to(changed));
        });
        assertThat(result.deletedFiles()).containsExactly(new FileName("removed"));
    }

    @Test
    void execute_tooManyFiles_theFirstAreStoredAndTheRestNamed() {
        ExecutionResult result = run(writing("e", "b", "a/x", "d", "c"));

        assertThat(result.files()).extracting(file -> file.name().value()).containsExactly("a/x", "b", "c");
        assertThat(result.artifactReport())
                .isEqualTo(new ArtifactReport(
                        3,
                        List.of(),
                        List.of(
                                new Skipped(new FileName("d"), Reason.TOO_MANY),
                                new Skipped(new FileName("e"), Reason.TOO_MANY))));
        assertThat(result.notices())
                .containsExactly("2 files not returned because an execution returns at most 3: d, e");
    }

    @Test
    void execute_sessionNearlyFull_storesWhatFits() {
        Session session = services.sessions.create(Caller.LOCAL, Optional.empty());
        for (int i = 0; i < 5; i++) {
            services.upload(session, NewFile.named(new FileName("old" + i)), "x");
        }

        ExecutionResult result = run(writing("a", "b").withSession(session.id()));

        assertThat(result.files()).extracting(file -> file.name().value()).containsExactly("a");
        assertThat(result.notices()).containsExactly("1 file not returned because a session holds at most 6 files: b");
    }

    @Test
    void execute_tooLargeFile_isSkippedAndTakesNoPlace() {
        ExecutionResult result = execute(run -> {
            run.write("a.bin", "x".repeat(101));
            run.write("b", "x".repeat(100));
            run.write("c", "x");
            run.write("d", "x");
            return OK;
        });

        assertThat(result.files()).extracting(file -> file.name().value()).containsExactly("b", "c", "d");
        assertThat(result.artifactReport().skipped())
                .containsExactly(new Skipped(new FileName("a.bin"), Reason.TOO_LARGE));
        assertThat(result.notices()).containsExactly("1 file not returned because larger than 100 bytes: a.bin");
    }

    @Test
    void execute_fileLargerThanListed_isSkipped() {
        ExecutionResult result = execute(run -> {
            run.write("a", "x".repeat(101));
            run.showSize("a", 1);
            run.write("b", "x");
            return OK;
        });

        assertThat(result.files()).extracting(file -> file.name().value()).containsExactly("b");
        assertThat(result.artifactReport().skipped()).containsExactly(new Skipped(new FileName("a"), Reason.TOO_LARGE));
    }

    // failures after the run

    @Test
    void execute_fileStoreFailsAfterTheRun_outputIsKept() {
        services.store.breakAfterWrites(1);

        ExecutionResult result = run(writing("a", "b", "c"));

        assertThat(result.stdout().text()).isEqualTo("written");
        assertThat(result.files()).extracting(file -> file.name().value()).containsExactly("a");
        assertThat(result.artifactReport())
                .isEqualTo(new ArtifactReport(1, List.of(new FileName("b"), new FileName("c")), List.of()));
        assertThat(result.notices()).containsExactly("2 files could not be stored (The file store is broken): b, c");
        assertThat(services.files.list(Caller.LOCAL, result.session())).hasSize(1);
    }

    @Test
    void execute_recordsFailAfterTheRun_outputIsKeptAndNothingIsListed() {
        services.sessionPort.breakAddFiles();

        ExecutionResult result = run(writing("a", "b"));

        assertThat(result.stdout().text()).isEqualTo("written");
        assertThat(result.files()).isEmpty();
        assertThat(result.artifactReport())
                .isEqualTo(new ArtifactReport(0, List.of(new FileName("a"), new FileName("b")), List.of()));
        assertThat(result.notices()).containsExactly("2 files could not be stored (The session store is broken): a, b");
        assertThat(services.store.sessions(Optional.empty(), 10)).isEmpty();
    }

    @Test
    void execute_sessionStoreDiesInTheRun_outputIsKept() {
        ExecutionResult result = execute(run -> {
            services.sessionPort.breakAll();
            run.stdout("written");
            run.write("a", "x");
            return OK;
        });

        assertThat(result.stdout().text()).isEqualTo("written");
        assertThat(result.artifactReport().failed()).containsExactly(new FileName("a"));
    }

    @Test
    void execute_sandboxLostBeforeTheListing_outputIsKept() {
        ExecutionResult result = execute(run -> {
            run.stdout("written");
            run.write("a", "x");
            run.breakSandboxAfter(0);
            return OK;
        });

        assertThat(result.stdout().text()).isEqualTo("written");
        assertThat(result.outcome()).isEqualTo(OK);
        assertThat(result.artifactReport()).isEqualTo(ArtifactReport.EMPTY);
        assertThat(result.notices())
                .containsExactly("The files of this run could not be collected: The sandbox is lost");
    }

    @Test
    void execute_sandboxLostWhileCollecting_keepsWhatIsStored() {
        FileReference input = services.reference("in", "x");

        ExecutionResult result = run(request(run -> {
                    run.stdout("written");
                    run.write("a", "x");
                    run.write("b", "x");
                    run.write("in", "y");
                    run.breakSandboxAfter(2);
                    return OK;
                })
                .withFiles(List.of(input)));

        assertThat(result.stdout().text()).isEqualTo("written");
        assertThat(result.files()).extracting(file -> file.name().value()).containsExactly("a");
        assertThat(services.download(result.files().getFirst())).isEqualTo("x");
        assertThat(result.artifactReport().failed()).containsExactly(new FileName("b"), new FileName("in"));
        assertThat(result.notices()).containsExactly("2 files could not be stored (The sandbox is lost): b, in");
    }

    // cancel

    @Test
    void execute_interruptedInTheRun_isCancelledAndStoresNothing() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        AtomicBoolean flag = new AtomicBoolean();
        Future<ExecutionResult> running = threads.submit(() -> {
            ExecutionResult result = execute(run -> {
                run.stdout("before");
                run.write("a", "x");
                started.countDown();
                return run.awaitCancel();
            });
            flag.set(Thread.currentThread().isInterrupted());
            return result;
        });
        assertThat(started.await(1, TimeUnit.MINUTES)).isTrue();

        threads.shutdownNow();

        ExecutionResult result = running.get(1, TimeUnit.MINUTES);
        assertThat(result.outcome()).isEqualTo(new Cancelled());
        assertThat(result.stdout().text()).isEqualTo("before");
        assertThat(result.files()).isEmpty();
        assertThat(result.notices()).containsExactly("Execution cancelled");
        assertThat(flag).isTrue();
        assertThat(services.store.sessions(Optional.empty(), 10)).isEmpty();
    }

    @Test
    void execute_interruptedAfterTheRun_keepsOutputAndFlag() {
        ExecutionResult result = execute(run -> {
            run.stdout("written");
            run.write("a", "x");
            Thread.currentThread().interrupt();
            return OK;
        });

        assertThat(Thread.interrupted()).isTrue();
        assertThat(result.stdout().text()).isEqualTo("written");
        assertThat(result.files()).isEmpty();
        assertThat(result.artifactReport().failed()).containsExactly(new FileName("a"));
        assertThat(result.notices()).containsExactly("1 file could not be stored (the execution was cancelled): a");
    }

    @Test
    void execute_interruptedInTheQueue_isCancelledWithoutASandbox() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        occupyAllPlaces(end);
        AtomicBoolean flag = new AtomicBoolean();
        ExecutorService impatient = Executors.newVirtualThreadPerTaskExecutor();
        Future<ExecutionResult> waiting = impatient.submit(() -> {
            ExecutionResult result = execute(_ -> OK);
            flag.set(Thread.currentThread().isInterrupted());
            return result;
        });
        await().until(() -> services.executions.waiting() == 1);

        impatient.shutdownNow();

        ExecutionResult result = waiting.get(1, TimeUnit.MINUTES);
        assertThat(result.outcome()).isEqualTo(new Cancelled());
        assertThat(result.notices()).containsExactly("Execution cancelled");
        assertThat(flag).isTrue();
        assertThat(services.sandboxes.specs()).hasSize(2);
        end.countDown();
    }

    // admission

    @Test
    void execute_tooMany_areRefusedAndTheOthersGoOn() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        List<Future<ExecutionResult>> running = occupyAllPlaces(end);
        Future<ExecutionResult> waiting = threads.submit(() -> execute(_ -> OK));
        await().until(() -> services.executions.waiting() == 1);

        assertThat(services.executions.running()).isEqualTo(2);
        assertThatThrownBy(() -> execute(_ -> OK)).isInstanceOf(QuotaExceededException.class);

        end.countDown();
        for (Future<ExecutionResult> one : running) {
            assertThat(one.get(1, TimeUnit.MINUTES).outcome()).isEqualTo(OK);
        }
        assertThat(waiting.get(1, TimeUnit.MINUTES).outcome()).isEqualTo(OK);
    }

    private List<Future<ExecutionResult>> occupyAllPlaces(CountDownLatch end) {
        services.sandboxes.with("occupy", _ -> {
            end.await();
            return OK;
        });
        ExecutionRequest request = ExecutionRequest.of(Language.BASH, "occupy");
        List<Future<ExecutionResult>> running =
                List.of(threads.submit(() -> run(request)), threads.submit(() -> run(request)));
        await().until(() -> services.sandboxes.open() == 2);
        return running;
    }

    private void assertFailsBeforeTheRun(Class<? extends RuntimeException> type, FileReference... files) {
        AtomicBoolean ran = new AtomicBoolean();
        assertThatThrownBy(() -> run(request(_ -> {
                            ran.set(true);
                            return OK;
                        })
                        .withFiles(List.of(files))))
                .isInstanceOf(type);
        assertThat(ran).isFalse();
    }

    /** No session was left behind: all that expire are those of the uploads. */
    private void assertOnlySessionsOf(StoredFile... files) {
        services.clock.advance(Duration.ofDays(2));
        assertThat(services.sessionPort.expired(services.clock.instant(), 100))
                .containsExactlyInAnyOrder(
                        Arrays.stream(files).map(StoredFile::session).toArray(SessionId[]::new));
    }

    private ExecutionResult execute(Script script) {
        return run(request(script));
    }

    private ExecutionResult run(ExecutionRequest request) {
        return services.executions.execute(request);
    }

    private ExecutionRequest request(Script script) {
        String source = "script " + FileId.random();
        services.sandboxes.with(source, script);
        return ExecutionRequest.of(Language.BASH, source);
    }

    private ExecutionRequest writing(String... names) {
        return request(run -> {
            run.stdout("written");
            for (String name : names) {
                run.write(name, "content of " + name);
            }
            return OK;
        });
    }

    private SandboxSpec spec() {
        assertThat(services.sandboxes.specs()).hasSize(1);
        return services.sandboxes.specs().getFirst();
    }

    private static FileReference named(StoredFile file, String name) {
        return new FileReference(file.session(), file.id(), Optional.of(new FileName(name)), FileScope.NONE);
    }
}

package dev.codeinterpreter.core.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.execution.Outcome.Cancelled;
import dev.codeinterpreter.core.execution.Outcome.DiskExceeded;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Outcome.MemoryExceeded;
import dev.codeinterpreter.core.execution.Outcome.OutputExceeded;
import dev.codeinterpreter.core.execution.Outcome.ProcessesExceeded;
import dev.codeinterpreter.core.execution.Outcome.Signalled;
import dev.codeinterpreter.core.execution.Outcome.TimedOut;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.file.FileScope;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.Program;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import dev.codeinterpreter.core.session.SessionId;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExecutionValuesTest {

    private static final ExecutionRequest REQUEST = ExecutionRequest.of(Language.BASH, "true");

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n\t ", "\u2003"})
    void request_blankCode_refused(String code) {
        assertInvalid(() -> ExecutionRequest.of(Language.BASH, code), "code", "empty_code");
    }

    @Test
    void request_of_hasNoExtras() {
        assertThat(REQUEST)
                .isEqualTo(new ExecutionRequest(
                        Language.BASH,
                        new Program("true", List.of(), ProgramInput.empty()),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        OptionalLong.empty(),
                        Caller.LOCAL,
                        Optional.empty()));
    }

    @Test
    void request_with_changesThatOneOnly() {
        ProgramInput input = ProgramInput.of(InputStream.nullInputStream());
        SessionId session = new SessionId("s");
        FileReference file = new FileReference(session, new FileId("f"), Optional.empty(), FileScope.NONE);
        Caller caller = new Caller("owner", Optional.of("user"));

        assertThat(REQUEST.withArguments(List.of("a"))
                        .withInput(input)
                        .withSession(session)
                        .withFiles(List.of(file))
                        .withTimeLimit(Duration.ofSeconds(3))
                        .withMemoryBytes(32L << 20)
                        .withCaller(caller)
                        .withEntity("agent"))
                .isEqualTo(new ExecutionRequest(
                        Language.BASH,
                        new Program("true", List.of("a"), input),
                        Optional.of(session),
                        List.of(file),
                        Optional.of(Duration.ofSeconds(3)),
                        OptionalLong.of(32L << 20),
                        caller,
                        Optional.of("agent")));
    }

    @Test
    void request_limitsTooSmall_refusedHoweverItIsMade() {
        assertInvalid(() -> REQUEST.withTimeLimit(Duration.ZERO), "timeout", "greater_than_equal");
        assertInvalid(() -> REQUEST.withTimeLimit(Duration.ofNanos(999_999)), "timeout", "greater_than_equal");
        assertInvalid(() -> REQUEST.withMemoryBytes((16L << 20) - 1), "memory", "greater_than_equal");
        assertThat(REQUEST.withTimeLimit(Duration.ofMillis(1)).timeLimit()).contains(Duration.ofMillis(1));
        assertThat(REQUEST.withMemoryBytes(16L << 20).memoryBytes()).hasValue(16L << 20);
    }

    @Test
    void settings_outOfRange_areRefusedByName() {
        ExecutionSettings settings = ExecutionSettings.DEFAULT;
        assertInvalid(() -> settings.withCapturedBytes(0), "capturedBytes", "out_of_range");
        assertInvalid(() -> settings.withMaximumWallTime(Duration.ZERO), "maximumWallTime", "out_of_range");
        assertInvalid(() -> settings.withConcurrentExecutions(0), "concurrentExecutions", "out_of_range");
        assertInvalid(() -> settings.withQueuedExecutions(-1), "queuedExecutions", "out_of_range");
        assertInvalid(() -> settings.withQueueTimeout(Duration.ofMillis(-1)), "queueTimeout", "out_of_range");
    }

    @Test
    void settings_wallTimeOfTheLimits_isTheMaximum() {
        ExecutionSettings settings = ExecutionSettings.DEFAULT
                .withMaximumWallTime(Duration.ofSeconds(7))
                .withLimits(Limits.DEFAULT.withWallTime(Duration.ofSeconds(500)).withProcesses(9));

        assertThat(settings.limits())
                .isEqualTo(Limits.DEFAULT.withWallTime(Duration.ofSeconds(7)).withProcesses(9));
    }

    @Test
    void shellStatus_everyOutcome_isWhatAShellSays() {
        assertThat(new Exited(3).shellStatus()).isEqualTo(3);
        assertThat(new Signalled(11).shellStatus()).isEqualTo(139);
        assertThat(new TimedOut(Duration.ofSeconds(1)).shellStatus()).isEqualTo(124);
        assertThat(new MemoryExceeded(1, OptionalLong.empty()).shellStatus()).isEqualTo(137);
        assertThat(new OutputExceeded(1).shellStatus()).isEqualTo(137);
        assertThat(new ProcessesExceeded(1, OptionalInt.of(254)).shellStatus()).isEqualTo(254);
        assertThat(new ProcessesExceeded(1, OptionalInt.empty()).shellStatus()).isEqualTo(137);
        assertThat(new DiskExceeded(1, OptionalInt.of(1)).shellStatus()).isEqualTo(1);
        assertThat(new DiskExceeded(1, OptionalInt.empty()).shellStatus()).isEqualTo(137);
        assertThat(new Cancelled().shellStatus()).isEqualTo(130);
    }

    @Test
    void isSuccess_onlyExitCodeZero() {
        assertThat(new Exited(0).isSuccess()).isTrue();
        assertThat(new Exited(1).isSuccess()).isFalse();
        assertThat(new TimedOut(Duration.ofSeconds(1)).isSuccess()).isFalse();
        assertThat(new DiskExceeded(1, OptionalInt.of(0)).isSuccess()).isFalse();
    }

    @Test
    void capturedOutput_negativeDrop_refused() {
        assertInvalid(() -> new CapturedOutput("", -1), "droppedBytes", "greater_than_equal");
        assertThat(CapturedOutput.EMPTY.isTruncated()).isFalse();
        assertThat(new CapturedOutput("x", 1).isTruncated()).isTrue();
    }

    @Test
    void stderrWithNotices_notices_standOnLinesOfTheirOwn() {
        assertThat(result("", List.of()).stderrWithNotices()).isEmpty();
        assertThat(result("oops", List.of()).stderrWithNotices()).isEqualTo("oops");
        assertThat(result("", List.of("n1", "n2")).stderrWithNotices()).isEqualTo("n1\nn2\n");
        assertThat(result("oops", List.of("n1")).stderrWithNotices()).isEqualTo("oops\nn1\n");
        assertThat(result("oops\n", List.of("n1")).stderrWithNotices()).isEqualTo("oops\nn1\n");
    }

    private static ExecutionResult result(String stderr, List<String> notices) {
        return new ExecutionResult(
                ExecutionId.random(),
                SessionId.random(),
                new Exited(0),
                Phase.RUN,
                CapturedOutput.EMPTY,
                new CapturedOutput(stderr, 0),
                List.of(),
                List.of(),
                ArtifactReport.EMPTY,
                List.of(),
                notices,
                new Usage(Duration.ZERO, Optional.empty(), OptionalLong.empty()));
    }

    private static void assertInvalid(ThrowingCallable making, String field, String code) {
        assertThatThrownBy(making).isInstanceOfSatisfying(InvalidRequestException.class, refusal -> {
            assertThat(refusal.field()).isEqualTo(field);
            assertThat(refusal.code()).isEqualTo(code);
        });
    }
}

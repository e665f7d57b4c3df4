package dev.codeinterpreter.core.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.execution.Artifact.Change;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Outcome.Signalled;
import dev.codeinterpreter.core.execution.Outcome.TimedOut;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.file.FileScope;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.session.SessionId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What every way to an execution answers, be it the service itself, HTTP or the command line. Its programs are bash;
 * {@link ContractScripts} are the same ones for sandboxes in memory.
 */
public interface ExecutionPortContract {

    /** The port under test, the same for each call within a test. */
    ExecutionPort executions();

    /** Stores a file in a new session of the caller that {@link ExecutionRequest#of} names. */
    FileReference upload(String name, String content);

    /** The text of a file that an execution gave back. */
    String download(Artifact artifact);

    @Test
    default void execute_output_isByteExact() {
        ExecutionResult result = execute(ContractScripts.PRINT_SPACES);

        assertThat(result.outcome()).isEqualTo(new Exited(0));
        assertThat(result.stdout()).isEqualTo(new CapturedOutput("  two\n\n\tlines é😀  ", 0));
        assertThat(result.stderr()).isEqualTo(CapturedOutput.EMPTY);
        assertThat(result.files()).isEmpty();
        assertThat(result.notices()).isEmpty();
    }

    @Test
    default void execute_failingProgram_isAResult() {
        ExecutionResult result = execute(ContractScripts.FAIL);

        assertThat(result.outcome()).isEqualTo(new Exited(3));
        assertThat(result.stdout().text()).isEmpty();
        assertThat(result.stderr().text()).isEqualTo("oops\n");
        assertThat(result.notices()).isEmpty();
    }

    @Test
    default void execute_arguments_reachTheProgram() {
        ExecutionResult result =
                executions().execute(request(ContractScripts.PRINT_ARGUMENTS).withArguments(List.of("a b", "", "ü")));

        assertThat(result.stdout().text()).isEqualTo("a b||ü|");
    }

    @Test
    default void execute_timeLimit_isTold() {
        ExecutionResult result =
                executions().execute(request(ContractScripts.SLEEP).withTimeLimit(Duration.ofSeconds(2)));

        assertThat(result.outcome()).isEqualTo(new TimedOut(Duration.ofSeconds(2)));
        assertThat(result.stdout().text()).isEqualTo("before\n");
        assertThat(result.notices())
                .singleElement()
                .asString()
                .contains("Time limit exceeded", "timed out after 2 seconds");
    }

    @Test
    default void execute_signal_isTold() {
        ExecutionResult result = execute(ContractScripts.CRASH);

        assertThat(result.outcome()).isEqualTo(new Signalled(11));
        assertThat(result.notices()).singleElement().asString().contains("Segmentation fault (signal 11)");
    }

    @Test
    default void execute_newFile_isGivenBack() {
        ExecutionResult result = execute(ContractScripts.MAKE_CHART);

        Artifact chart = onlyFile(result);
        assertThat(chart.name()).isEqualTo(new FileName("charts/p é.txt"));
        assertThat(chart.change()).isEqualTo(Change.GENERATED);
        assertThat(chart.session()).isEqualTo(result.session());
        assertThat(download(chart)).isEqualTo("chart");
    }

    @Test
    default void execute_input_isFoundAndInherited() {
        FileReference input = upload("in.txt", "content");

        ExecutionResult result = execute(ContractScripts.READ_INPUT, input);

        assertThat(result.stdout().text()).isEqualTo("content");
        Artifact file = onlyFile(result);
        assertThat(file.change()).isEqualTo(Change.INHERITED);
        assertThat(file.id()).isEqualTo(input.file());
        assertThat(file.session()).isEqualTo(input.session());
        assertThat(file.name()).isEqualTo(new FileName("in.txt"));
    }

    @Test
    default void execute_inputUnderAnotherName_isFoundThere() {
        FileReference input = upload("stored.txt", "content");

        ExecutionResult result = execute(ContractScripts.READ_INPUT, renamed(input, "in.txt"));

        assertThat(result.stdout().text()).isEqualTo("content");
        assertThat(onlyFile(result).name()).isEqualTo(new FileName("in.txt"));
    }

    @Test
    default void execute_changedInput_isANewFileAndTheOldOneStays() {
        FileReference input = upload("in.txt", "content");

        ExecutionResult result = execute(ContractScripts.CHANGE_INPUT, input);

        Artifact changed = onlyFile(result);
        assertThat(changed.change()).isEqualTo(Change.MODIFIED);
        assertThat(changed.id()).isNotEqualTo(input.file());
        assertThat(changed.session()).isEqualTo(result.session());
        assertThat(changed.origin()).get().extracting(FileReference::file).isEqualTo(input.file());
        assertThat(download(changed)).isEqualTo("content, changed");
        assertThat(execute(ContractScripts.READ_INPUT, input).stdout().text()).isEqualTo("content");
    }

    @Test
    default void execute_removedInput_isNamed() {
        ExecutionResult result = execute(ContractScripts.REMOVE_INPUT, upload("in.txt", "content"));

        assertThat(result.deletedFiles()).containsExactly(new FileName("in.txt"));
        assertThat(result.files()).isEmpty();
    }

    @Test
    default void execute_missingInput_isPassedOver() {
        FileReference missing = new FileReference(
                SessionId.random(), FileId.random(), Optional.of(new FileName("gone.txt")), FileScope.NONE);

        ExecutionResult result = execute(ContractScripts.READ_INPUT, missing, upload("in.txt", "content"));

        assertThat(result.stdout().text()).isEqualTo("content");
        assertThat(result.stderr().text()).isEmpty();
    }

    @Test
    default void execute_twoInputsOfOneName_theLastIsThere() {
        ExecutionResult result =
                execute(ContractScripts.READ_INPUT, upload("in.txt", "first"), upload("in.txt", "second"));

        assertThat(result.stdout().text()).isEqualTo("second");
    }

    @Test
    default void execute_inputBelowAnother_refused() {
        FileReference file = upload("in.txt", "content");

        assertThatThrownBy(() -> execute(ContractScripts.READ_INPUT, renamed(file, "a"), renamed(file, "a/b")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("a/b");
    }

    @Test
    default void execute_knownSession_isContinuedWithItsNewestFiles() {
        SessionId session = execute(ContractScripts.MAKE_INPUT).session();

        ExecutionResult changed =
                executions().execute(request(ContractScripts.CHANGE_INPUT).withSession(session));
        ExecutionResult read =
                executions().execute(request(ContractScripts.READ_INPUT).withSession(session));

        assertThat(changed.session()).isEqualTo(session);
        assertThat(onlyFile(changed).change()).isEqualTo(Change.MODIFIED);
        assertThat(read.session()).isEqualTo(session);
        assertThat(read.stdout().text()).isEqualTo("made, changed");
        assertThat(read.files()).isEmpty();
    }

    @Test
    default void execute_unknownSession_startsANewOne() {
        SessionId unknown = SessionId.random();

        ExecutionResult result =
                executions().execute(request(ContractScripts.MAKE_CHART).withSession(unknown));

        assertThat(result.outcome()).isEqualTo(new Exited(0));
        assertThat(result.session()).isNotEqualTo(unknown);
        assertThat(onlyFile(result).session()).isEqualTo(result.session());
    }

    private ExecutionResult execute(String code, FileReference... files) {
        return executions().execute(request(code).withFiles(List.of(files)));
    }

    private static ExecutionRequest request(String code) {
        return ExecutionRequest.of(Language.BASH, code);
    }

    private static FileReference renamed(FileReference reference, String name) {
        return new FileReference(
                reference.session(), reference.file(), Optional.of(new FileName(name)), reference.scope());
    }

    private static Artifact onlyFile(ExecutionResult result) {
        assertThat(result.files()).hasSize(1);
        return result.files().getFirst();
    }
}

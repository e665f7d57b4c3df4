package dev.codeinterpreter.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.Outcome.Cancelled;
import dev.codeinterpreter.core.execution.Outcome.DiskExceeded;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Outcome.MemoryExceeded;
import dev.codeinterpreter.core.execution.Outcome.OutputExceeded;
import dev.codeinterpreter.core.execution.Outcome.ProcessesExceeded;
import dev.codeinterpreter.core.execution.Outcome.Signalled;
import dev.codeinterpreter.core.execution.Outcome.TimedOut;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OutcomeTextTest {

    private static final long MIB = 1L << 20;

    static Stream<Arguments> sentences() {
        return Stream.of(
                Arguments.of(new TimedOut(Duration.ofSeconds(2)), "Time limit exceeded: timed out after 2 seconds"),
                Arguments.of(
                        new MemoryExceeded(512 * MIB, OptionalLong.of(512 * MIB - 60_000)),
                        "Out of memory: the limit is 512 MiB, the peak was 511.9 MiB"),
                Arguments.of(new MemoryExceeded(64 * MIB, OptionalLong.empty()), "Out of memory: the limit is 64 MiB"),
                Arguments.of(
                        new OutputExceeded(64 * MIB),
                        "stdout length exceeded: more than 64 MiB of output were written"),
                Arguments.of(
                        new ProcessesExceeded(128, OptionalInt.of(1)),
                        "Process limit exceeded: at most 128 processes and threads at a time"),
                Arguments.of(
                        new DiskExceeded(512 * MIB, OptionalInt.empty()),
                        "Disk limit exceeded: the working directory holds 512 MiB"),
                Arguments.of(new Signalled(11), "Segmentation fault (signal 11)"),
                Arguments.of(new Signalled(6), "Aborted (signal 6)"),
                Arguments.of(new Signalled(34), "Ended by signal 34"),
                Arguments.of(new Cancelled(), "Execution cancelled"));
    }

    @ParameterizedTest
    @MethodSource("sentences")
    void of_limitOrSignal_saysWhich(Outcome outcome, String sentence) {
        assertThat(OutcomeText.of(outcome, Phase.RUN)).contains(sentence);
    }

    @ParameterizedTest
    @MethodSource("sentences")
    void of_compilePhase_saysSo(Outcome outcome, String sentence) {
        assertThat(OutcomeText.of(outcome, Phase.COMPILE)).get().asString().contains(" while compiling");
        assertThat(OutcomeText.of(outcome, Phase.RUN)).get().asString().doesNotContain("compiling");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 124, 137, 255})
    void of_exitCode_saysNothing(int code) {
        assertThat(OutcomeText.of(new Exited(code), Phase.RUN)).isEmpty();
        assertThat(OutcomeText.of(new Exited(code), Phase.COMPILE)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, 0.001", "250, 0.25", "1000, 1", "1500, 1.5", "20000, 20", "120000, 120", "61001, 61.001"})
    void seconds_anyDuration_hasNoNeedlessZeros(long millis, String text) {
        assertThat(OutcomeText.seconds(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @Test
    void mebibytes_anySize_hasOneDecimal() {
        assertThat(OutcomeText.mebibytes(0)).isEqualTo("0 bytes");
        assertThat(OutcomeText.mebibytes(1000)).isEqualTo("1000 bytes");
        assertThat(OutcomeText.mebibytes(MIB / 2)).isEqualTo("0.5 MiB");
        assertThat(OutcomeText.mebibytes(100 * MIB)).isEqualTo("100 MiB");
        assertThat(OutcomeText.mebibytes(1000 * MIB + MIB / 4)).isEqualTo("1000.3 MiB");
    }
}

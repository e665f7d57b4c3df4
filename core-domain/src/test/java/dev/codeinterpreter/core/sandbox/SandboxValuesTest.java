package dev.codeinterpreter.core.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SandboxValuesTest {

    private static final Limits DEFAULT = Limits.DEFAULT;
    private static final long MIB = 1L << 20;

    static Stream<Arguments> limitsOutOfRange() {
        return Stream.of(
                refused("wallTime", () -> DEFAULT.withWallTime(Duration.ZERO)),
                refused("wallTime", () -> DEFAULT.withWallTime(Duration.ofNanos(999_999))),
                refused("wallTime", () -> DEFAULT.withWallTime(Duration.ofSeconds(-1))),
                refused("compileTime", () -> DEFAULT.withCompileTime(Duration.ZERO)),
                refused("memoryBytes", () -> DEFAULT.withMemoryBytes(16 * MIB - 1)),
                refused("processes", () -> DEFAULT.withProcesses(0)),
                refused("cpus", () -> limits(0.0, MIB, 16)),
                refused("cpus", () -> limits(Double.NaN, MIB, 16)),
                refused("temporaryBytes", () -> limits(1.0, MIB - 1, 16)),
                refused("inodes", () -> limits(1.0, MIB, 15)),
                refused("diskBytes", () -> DEFAULT.withDiskBytes(MIB - 1)),
                refused("fileBytes", () -> DEFAULT.withFileBytes(0)),
                refused("outputBytes", () -> DEFAULT.withOutputBytes(0)));
    }

    private static Arguments refused(String field, Supplier<Limits> making) {
        return Arguments.of(field, making);
    }

    private static Limits limits(double cpus, long temporaryBytes, int inodes) {
        return new Limits(
                Duration.ofSeconds(1), Duration.ofSeconds(1), 16 * MIB, 1, cpus, MIB, temporaryBytes, inodes, 1, 1);
    }

    @ParameterizedTest
    @MethodSource("limitsOutOfRange")
    void limits_outOfRange_refusedByName(String field, Supplier<Limits> making) {
        assertThatThrownBy(making::get).isInstanceOfSatisfying(InvalidRequestException.class, refusal -> {
            assertThat(refusal.field()).isEqualTo(field);
            assertThat(refusal.code()).isEqualTo("out_of_range");
            assertThat(refusal.reason()).startsWith(field + " must be ");
        });
    }

    @Test
    void limits_smallest_areAccepted() {
        assertThat(limits(0.01, MIB, 16).processes()).isEqualTo(1);
        assertThat(DEFAULT.withWallTime(Duration.ofMillis(1)).wallTime()).isEqualTo(Duration.ofMillis(1));
        assertThat(DEFAULT.withMemoryBytes(16 * MIB).memoryBytes()).isEqualTo(16 * MIB);
    }

    @Test
    void limits_with_changesThatOneOnly() {
        Limits changed = DEFAULT.withWallTime(Duration.ofSeconds(1))
                .withCompileTime(Duration.ofSeconds(2))
                .withMemoryBytes(20 * MIB)
                .withProcesses(3)
                .withDiskBytes(4 * MIB)
                .withFileBytes(5)
                .withOutputBytes(6);

        assertThat(changed)
                .isEqualTo(new Limits(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        20 * MIB,
                        3,
                        DEFAULT.cpus(),
                        4 * MIB,
                        DEFAULT.temporaryBytes(),
                        DEFAULT.inodes(),
                        5,
                        6));
    }

    @Test
    void program_nulInAnArgument_refusedByPosition() {
        assertInvalid(() -> program("x", List.of("fine", "a\0b")), "args[1]", "nul_character");
    }

    @Test
    void program_nulInTheSource_isPassedOn() {
        assertThat(program("echo 'a\0b'", List.of()).source()).isEqualTo("echo 'a\0b'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "x\ude00y", "\ude00\ud83d", "\ud83d\ud83d\ude00", "😀\ud83d"})
    void program_loneSurrogate_refused(String text) {
        assertInvalid(() -> program(text, List.of()), "code", "invalid_unicode");
        assertInvalid(() -> program("x", List.of(text)), "args[0]", "invalid_unicode");
    }

    @Test
    void program_anyWholeCharacter_isPassedOn() {
        String text = "é日😀\u2028\ufeff\uffff\t\r\n";

        assertThat(program(text, List.of(text, "")))
                .isEqualTo(new Program(text, List.of(text, ""), ProgramInput.empty()));
    }

    @Test
    void program_arguments_areCopied() {
        List<String> arguments = new ArrayList<>(List.of("a"));
        Program program = program("x", arguments);

        arguments.add("b");

        assertThat(program.arguments()).containsExactly("a");
    }

    @Test
    void programInput_empty_hasNoStream() {
        assertThat(ProgramInput.empty().stream()).isEmpty();
        InputStream stream = InputStream.nullInputStream();
        assertThat(ProgramInput.of(stream).stream()).containsSame(stream);
    }

    private static Program program(String source, List<String> arguments) {
        return new Program(source, arguments, ProgramInput.empty());
    }

    private static void assertInvalid(ThrowingCallable making, String field, String code) {
        assertThatThrownBy(making).isInstanceOfSatisfying(InvalidRequestException.class, refusal -> {
            assertThat(refusal.field()).isEqualTo(field);
            assertThat(refusal.code()).isEqualTo(code);
            assertThat(refusal.reason()).contains(field);
        });
    }
}

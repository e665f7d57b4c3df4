package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.sandbox.CapturedState;
import dev.codeinterpreter.core.sandbox.CapturedState.Kept;
import dev.codeinterpreter.core.sandbox.CapturedState.Lost;
import dev.codeinterpreter.core.sandbox.CapturedState.NotWanted;
import dev.codeinterpreter.core.sandbox.CapturedState.Nothing;
import dev.codeinterpreter.core.sandbox.CapturedState.Reason;
import dev.codeinterpreter.core.sandbox.StateExchange;
import dev.codeinterpreter.core.sandbox.StateReport;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Untrusted code can write whatever it likes into the files that are read here. */
final class PythonStateTest {

    private static final int MIB = 1 << 20;
    private static final int REPORT_ROOM = 16 << 10;

    private byte[] captured = new byte[0];
    private byte @Nullable [] file;

    @Test
    void read_kept_givesTheBytesAndWhatTheyNeed() {
        captured = new byte[] {1, 2, 3};
        report("dropped lock TypeError\nunrestored old ValueError\npackages numpy pandas\nkept 3\n");

        StateReport report = read();

        assertThat(report.dropped()).containsExactly("lock");
        assertThat(report.unrestored()).containsExactly("old");
        assertThat(report.captured()).isInstanceOfSatisfying(Kept.class, kept -> {
            assertThat(kept.bytes()).containsExactly(1, 2, 3);
            assertThat(kept.format()).isEqualTo("cloudpickle-lz4/1; packages=numpy,pandas");
        });
    }

    @Test
    void read_noReport_suddenEnd() {
        assertThat(read().captured()).isEqualTo(new Lost(Reason.SUDDEN_END));

        file = new byte[20_000];

        assertThat(read().captured()).isEqualTo(new Lost(Reason.SUDDEN_END));
    }

    @Test
    void read_otherWords_areUnderstood() {
        assertThat(captured("\n")).isEqualTo(new NotWanted());
        assertThat(captured("empty\n")).isEqualTo(new Nothing());
        assertThat(captured("lost size\n")).isEqualTo(new Lost(Reason.SIZE));
        assertThat(captured("lost memory\n")).isEqualTo(new Lost(Reason.MEMORY));
        assertThat(captured("lost disk\n")).isEqualTo(new Lost(Reason.DISK));
        assertThat(captured("lost time\n")).isEqualTo(new Lost(Reason.TIME));
        assertThat(captured("lost what\n")).isEqualTo(new Lost(Reason.FAILURE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"kept", "kept x", "kept -1", "kept 99999999999999999999", "\0\u00ff", "what ever", "kept 3 "})
    void read_wordsThatMakeNoSense_areNoFault(String report) {
        captured = new byte[2];

        assertThat(captured(report)).isInstanceOfAny(NotWanted.class, Lost.class);
    }

    @Test
    void read_sizeBeyondTheLimit_takesNoMemory() {
        assertThat(captured("kept 999999999999\n")).isEqualTo(new Lost(Reason.SIZE));
        assertThat(captured("kept " + 2 * MIB + "\n")).isEqualTo(new Lost(Reason.SIZE));
    }

    @Test
    void read_lessThanReported_isNotKept() {
        captured = new byte[5];

        assertThat(captured("kept 6\n")).isEqualTo(new Lost(Reason.FAILURE));
        file = "kept 1\n".getBytes(StandardCharsets.UTF_8);
        assertThat(read().captured()).isEqualTo(new Lost(Reason.FAILURE));
    }

    @Test
    void read_manyNamesAndStrangePackages_areCutAndLeftOut() {
        report("dropped x\n".repeat(1000) + "packages a;b ../c ok " + "y".repeat(500) + " p".repeat(100)
                + "\nkept 0\n");

        StateReport report = read();

        assertThat(report.dropped()).hasSize(200);
        assertThat(((Kept) report.captured()).format()).isEqualTo("cloudpickle-lz4/1; packages=ok" + ",p".repeat(19));
    }

    @Test
    void read_moreThanMayBe_failure() {
        file = new byte[3 * MIB];

        assertThat(read().captured()).isEqualTo(new Lost(Reason.FAILURE));
    }

    @Test
    void read_transferFails_lost() {
        PythonState state = new PythonState(exchange(), (_, _, _) -> {
            throw new IOException("gone");
        });

        assertThatThrownBy(state::read).isInstanceOf(SandboxLostException.class);
    }

    private CapturedState captured(String text) {
        report(text);
        return read().captured();
    }

    private void report(String text) {
        byte[] words = text.getBytes(StandardCharsets.UTF_8);
        file = Arrays.copyOf(words, captured.length == 0 ? words.length : REPORT_ROOM + captured.length);
        System.arraycopy(captured, 0, file, file.length - captured.length, captured.length);
    }

    private StateReport read() {
        return new PythonState(exchange(), this::fetch).read();
    }

    private void fetch(String name, long maximumBytes, OutputStream target) throws IOException {
        byte[] content = file;
        if (content == null || !name.equals("state.out")) {
            throw new NotFoundException("File", name);
        }
        if (content.length > maximumBytes) {
            throw new TooLargeException("file " + name, maximumBytes, "bytes");
        }
        target.write(content, 0, content.length);
    }

    private static StateExchange exchange() {
        return new StateExchange(Optional.empty(), false, MIB);
    }
}

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
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Untrusted code can write whatever it likes into the files that are read here. */
final class PythonStateTest {

    private static final int MIB = 1 << 20;

    private final Map<String, byte[]> files = new HashMap<>();

    @Test
    void read_kept_givesTheBytesAndWhatTheyNeed() {
        files.put("state.out", new byte[] {1, 2, 3});
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
        files.put("state.out", new byte[10]);

        assertThat(read().captured()).isEqualTo(new Lost(Reason.SUDDEN_END));
    }

    @Test
    void read_otherWords_areUnderstood() {
        assertThat(captured("")).isEqualTo(new NotWanted());
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
        files.put("state.out", new byte[2]);

        assertThat(captured(report)).isInstanceOfAny(NotWanted.class, Lost.class);
    }

    @Test
    void read_sizeBeyondTheLimit_takesNoMemory() {
        assertThat(captured("kept 999999999999\n")).isEqualTo(new Lost(Reason.SIZE));
        assertThat(captured("kept " + 2 * MIB + "\n")).isEqualTo(new Lost(Reason.SIZE));
    }

    @Test
    void read_otherSizeThanReported_isNotKept() {
        files.put("state.out", new byte[5]);

        assertThat(captured("kept 4\n")).isEqualTo(new Lost(Reason.FAILURE));
        assertThat(captured("kept 6\n")).isEqualTo(new Lost(Reason.FAILURE));
        files.remove("state.out");
        assertThat(captured("kept 5\n")).isEqualTo(new Lost(Reason.FAILURE));
    }

    @Test
    void read_manyNamesAndStrangePackages_areCutAndLeftOut() {
        files.put("state.out", new byte[0]);
        report("dropped x\n".repeat(5000) + "packages a;b ../c ok " + "y".repeat(500) + " p".repeat(100)
                + "\nkept 0\n");

        StateReport report = read();

        assertThat(report.dropped()).hasSize(200);
        assertThat(((Kept) report.captured()).format()).isEqualTo("cloudpickle-lz4/1; packages=ok" + ",p".repeat(19));
    }

    @Test
    void read_reportTooLong_failure() {
        files.put("state.report", new byte[MIB]);

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
        files.put("state.report", text.getBytes(StandardCharsets.UTF_8));
    }

    private StateReport read() {
        return new PythonState(exchange(), this::fetch).read();
    }

    private void fetch(String name, long maximumBytes, OutputStream target) throws IOException {
        byte[] content = Optional.ofNullable(files.get(name)).orElseThrow(() -> new NotFoundException("File", name));
        if (content.length > maximumBytes) {
            throw new TooLargeException("file " + name, maximumBytes, "bytes");
        }
        target.write(content, 0, content.length);
    }

    private static StateExchange exchange() {
        return new StateExchange(Optional.empty(), false, MIB);
    }
}

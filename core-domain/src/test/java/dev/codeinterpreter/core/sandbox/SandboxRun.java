package dev.codeinterpreter.core.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Phase;
import java.nio.charset.StandardCharsets;

/** What a test wants to know of a run that has ended. */
record SandboxRun(RunResult result, RecordingOutput output) {

    Outcome outcome() {
        return result.outcome();
    }

    String stdout() {
        return output.stdout();
    }

    String stderr() {
        return output.stderr();
    }

    /** The same run, which ended by itself with exit code 0. */
    SandboxRun succeeded() {
        return exited(0);
    }

    /** The same run, which ended by itself with this exit code. */
    SandboxRun exited(int code) {
        assertThat(outcome()).as("outcome; stderr: %s", shortened(stderr())).isEqualTo(new Exited(code));
        assertThat(result.phase()).isEqualTo(Phase.RUN);
        return this;
    }

    /** The same run, with this on stdout and nothing on stderr. */
    SandboxRun wrote(String text) {
        assertThat(stdout()).isEqualTo(text);
        assertThat(stderr()).isEmpty();
        return this;
    }

    private static String shortened(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= 2000 ? text : new String(bytes, 0, 2000, StandardCharsets.UTF_8) + "…";
    }
}

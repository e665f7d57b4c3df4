package dev.codeinterpreter.adapter.nsjail.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.sandbox.RecordingOutput;
import dev.codeinterpreter.core.sandbox.RunResult;
import java.util.List;

/** How an attack ended, and what it had to say. */
record Attempt(RunResult result, RecordingOutput output) {

    Outcome outcome() {
        return result.outcome();
    }

    String stdout() {
        return output.stdout();
    }

    List<String> lines() {
        return stdout().lines().toList();
    }

    /** The same attack, whose program ran to its end: what it says is what it saw. */
    Attempt ranThrough() {
        assertThat(outcome()).as("%s; %s", stdout(), output.stderr()).isEqualTo(new Outcome.Exited(0));
        return this;
    }

    /** The same attack, whose program ran to its end and said exactly this. */
    Attempt said(String text) {
        ranThrough();
        assertThat(stdout()).as("stderr: %s", output.stderr()).isEqualTo(text);
        return this;
    }
}

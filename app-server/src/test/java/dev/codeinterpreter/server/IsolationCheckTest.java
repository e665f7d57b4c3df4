package dev.codeinterpreter.server;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.sandbox.IsolationLayer;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class IsolationCheckTest {

    private static final List<IsolationLayer> ONE_MISSING = List.of(
            new IsolationLayer("nsjail: seccomp", true, "filter on"),
            new IsolationLayer("nsjail: memory limit", false, "ended as Exited"));

    @Test
    void requireIsolation_everyLayerHolds_passes() {
        assertThatCode(() -> Wiring.requireIsolation(ONE_MISSING.subList(0, 1), Set.of()))
                .doesNotThrowAnyException();
    }

    @Test
    void requireIsolation_oneLayerMissing_refusesAndNamesItAndTheWayOut() {
        assertThatThrownBy(() -> Wiring.requireIsolation(ONE_MISSING, Set.of("nsjail: disk limit")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("nsjail: memory limit (ended as Exited)")
                .hasMessageContaining("SANDBOX_WAIVED_LAYERS")
                .hasMessageNotContaining("seccomp");
    }

    @Test
    void requireIsolation_missingLayerIsWaived_passes() {
        assertThatCode(() -> Wiring.requireIsolation(ONE_MISSING, Set.of("nsjail: memory limit")))
                .doesNotThrowAnyException();
    }
}

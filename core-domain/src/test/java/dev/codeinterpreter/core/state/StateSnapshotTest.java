package dev.codeinterpreter.core.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class StateSnapshotTest {

    @Test
    void snapshot_versionBelowOne_refused() {
        assertThatThrownBy(() -> snapshot(0, "f", 1))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refusal -> assertThat(refusal.field()).isEqualTo("version"));
    }

    @Test
    void snapshot_blankFormat_refused() {
        assertThatThrownBy(() -> snapshot(1, " ", 1))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refusal -> assertThat(refusal.field()).isEqualTo("format"));
    }

    @Test
    void snapshot_equality_goesByTheBytes() {
        assertThat(snapshot(1, "f", 1, 2)).isEqualTo(snapshot(1, "f", 1, 2)).hasSameHashCodeAs(snapshot(1, "f", 1, 2));
        assertThat(snapshot(1, "f", 1, 2)).isNotEqualTo(snapshot(1, "f", 1, 3));
        assertThat(snapshot(1, "f", 1, 2)).isNotEqualTo(snapshot(2, "f", 1, 2));
        assertThat(snapshot(1, "f", 1, 2)).isNotEqualTo(snapshot(1, "g", 1, 2));
    }

    @Test
    void snapshot_toString_showsTheSizeOnly() {
        assertThat(snapshot(3, "f", 7, 7, 7))
                .hasToString("StateSnapshot[version=3, format=f, createdAt=1970-01-01T00:00:00Z, bytes=3]");
    }

    private static StateSnapshot snapshot(long version, String format, int... bytes) {
        byte[] content = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            content[i] = (byte) bytes[i];
        }
        return new StateSnapshot(version, format, Instant.EPOCH, content);
    }
}

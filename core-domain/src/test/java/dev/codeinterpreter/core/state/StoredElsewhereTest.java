package dev.codeinterpreter.core.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StoredElsewhereTest {

    private static final StateSnapshot SNAPSHOT = new StateSnapshot(
            7, "cloudpickle-lz4/1; packages=numpy,pandas", Instant.parse("2026-01-02T03:04:05Z"), new byte[] {10, 0, 1
            });

    @Test
    void read_whatWasWritten_isTheSame() throws IOException {
        assertThat(StoredElsewhere.read(StoredElsewhere.content(SNAPSHOT), 3)).isEqualTo(SNAPSHOT);
    }

    @Test
    void read_moreBytesThanAllowed_fails() {
        assertThatThrownBy(() -> StoredElsewhere.read(StoredElsewhere.content(SNAPSHOT), 2))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7 x", "7\n", "x 2026-01-02T03:04:05Z f\n", "7 yesterday f\n"})
    void read_somethingElse_fails(String text) {
        InputStream content = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> StoredElsewhere.read(content, 100)).isInstanceOf(IOException.class);
    }

    @Test
    void read_endlessLine_fails() {
        InputStream content = new ByteArrayInputStream(new byte[5000]);

        assertThatThrownBy(() -> StoredElsewhere.read(content, 100)).isInstanceOf(IOException.class);
    }

    @Test
    void note_standsForTheSnapshot() {
        StateSnapshot note = StoredElsewhere.note(SNAPSHOT);

        assertThat(StoredElsewhere.isNote(note)).isTrue();
        assertThat(StoredElsewhere.isNote(SNAPSHOT)).isFalse();
        assertThat(note.version()).isEqualTo(7);
        assertThat(note.size()).isZero();
    }

    @Test
    void packages_areReadFromTheFormat() {
        assertThat(SNAPSHOT.packages()).containsExactly("numpy", "pandas");
        assertThat(new StateSnapshot(1, "cloudpickle-lz4/1", Instant.EPOCH, new byte[0]).packages())
                .isEmpty();
        assertThat(new StateSnapshot(1, "x; packages=a b", Instant.EPOCH, new byte[0]).packages())
                .isEmpty();
    }
}

package dev.codeinterpreter.adapter.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionId;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecordFormatTest {

    private static final SessionId ID = new SessionId("s");
    private static final Session SESSION = new Session(
            ID, "key", Optional.of("u"), Optional.empty(), Instant.ofEpochSecond(1, 2), Instant.ofEpochSecond(3, 4));

    @Test
    void encode_session_looksAsInReleaseOne() {
        assertThat(HexFormat.of().formatHex(RecordFormat.encode(SESSION)))
                .isEqualTo("01" + "00000003" + "0003" + "6b6579" + "01" + "00000001" + "0001" + "75" + "00"
                        + "0000000000000001" + "00000002" + "0000000000000003" + "00000004");
    }

    @Test
    void encode_file_looksAsInReleaseOne() {
        byte[] encoded = RecordFormat.encode(Fixtures.file(ID, new FileId("f"), 255, "b".repeat(64)), 7);

        assertThat(HexFormat.of().formatHex(encoded))
                .isEqualTo("01" + "0000000000000007" + "00000005" + "0005" + "662e747874" + "00000000000000ff"
                        + "00000040" + "0040" + "62".repeat(64) + "0000000a" + "000a" + "746578742f706c61696e"
                        + "000000006b06cdc0" + "00000000" + "02" + "00" + "00000000");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 255})
    void decode_unknownVersion_saysWhichAndWhatToDo(int version) {
        byte[] encoded = RecordFormat.encode(SESSION);
        encoded[0] = (byte) version;

        assertThatThrownBy(() -> RecordFormat.decodeSession(ID, encoded))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("format " + version)
                .hasMessageContaining("newer");
    }

    @Test
    void decode_anyPartOfARecord_isDamaged() {
        byte[] encoded = RecordFormat.encode(SESSION);

        for (int length = 0; length < encoded.length; length++) {
            byte[] part = Arrays.copyOf(encoded, length);
            assertThatThrownBy(() -> RecordFormat.decodeSession(ID, part))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("damaged");
        }
        byte[] more = Arrays.copyOf(encoded, encoded.length + 1);
        assertThatThrownBy(() -> RecordFormat.decodeSession(ID, more))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void decode_textsOfEveryLength_areGivenBack() {
        for (int length : new int[] {0, 1, 16_383, 16_384, 16_385, 32_768, 100_000}) {
            String text = "\u20ac".repeat(length);
            SnapshotRecord record = new SnapshotRecord(1, text, Instant.MIN, Instant.MAX, "f", 0, -1);

            assertThat(RecordFormat.decodeSnapshot(RecordFormat.encode(record))).isEqualTo(record);
        }
    }
}

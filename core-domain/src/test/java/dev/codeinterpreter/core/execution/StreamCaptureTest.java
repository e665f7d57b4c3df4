package dev.codeinterpreter.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StreamCaptureTest {

    @Test
    void toOutput_nothingWritten_empty() {
        assertThat(new StreamCapture(10).toOutput()).isEqualTo(CapturedOutput.EMPTY);
    }

    @Test
    void toOutput_shortText_isByteExact() {
        assertThat(captured(100, "  \t\r\n lines \n\n\0\u001b[31m é日😀"))
                .isEqualTo("  \t\r\n lines \n\n\0\u001b[31m é日😀");
    }

    @ParameterizedTest
    @CsvSource({
        "abc,  3, abc, 0",
        "abcd, 3, abc, 1",
        "abé,  4, abé, 0",
        "abé,  3, ab,  2",
        "ab日,  5, ab日, 0",
        "ab日,  4, ab,  3",
        "ab日,  3, ab,  3",
        "a😀,   5, a😀,  0",
        "a😀,   4, a,   4",
        "a😀,   3, a,   4",
        "a😀,   2, a,   4",
        "😀,    1, '',  4",
        "ééé,  5, éé,  2"
    })
    void toOutput_longText_isCutBetweenCharacters(String text, int cap, String kept, long dropped) {
        StreamCapture capture = new StreamCapture(cap);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        capture.write(bytes, 0, bytes.length);

        assertThat(capture.toOutput()).isEqualTo(new CapturedOutput(kept, dropped));
    }

    @Test
    void toOutput_uncutTextThatEndsWithinACharacter_isShownAsReplacement() {
        StreamCapture capture = new StreamCapture(10);
        capture.write(new byte[] {'a', (byte) 0xf0, (byte) 0x9f, (byte) 0x98}, 0, 4);

        assertThat(capture.toOutput()).isEqualTo(new CapturedOutput("a\ufffd", 0));
    }

    @Test
    void toOutput_malformedBytes_areShownAsReplacements() {
        StreamCapture capture = new StreamCapture(100);
        byte[] bytes = {'a', (byte) 0xff, 'b', (byte) 0xc3, 'c', (byte) 0x80, 'd'};
        capture.write(bytes, 0, bytes.length);

        assertThat(capture.toOutput()).isEqualTo(new CapturedOutput("a\ufffdb\ufffdc\ufffdd", 0));
    }

    @Test
    void write_partOfAnArray_takesThatPart() {
        StreamCapture capture = new StreamCapture(4);
        byte[] bytes = "abcdefgh".getBytes(StandardCharsets.UTF_8);
        capture.write(bytes, 2, 3);
        capture.write(bytes, 0, 8);

        assertThat(capture.toOutput()).isEqualTo(new CapturedOutput("cdea", 7));
    }

    /** Any text, written in any pieces, with any cap: what is kept is its beginning, whole characters, and as much as fits. */
    @Test
    void toOutput_randomTextPiecesAndCaps_isTheLongestBeginningThatFits() {
        for (long seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            String text = randomText(random, random.nextInt(60));
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int cap = 1 + random.nextInt(100);

            CapturedOutput output = captureInPieces(bytes, cap, random);

            byte[] kept = output.text().getBytes(StandardCharsets.UTF_8);
            assertThat(text).as("seed %d", seed).startsWith(output.text());
            assertThat(kept.length + output.droppedBytes()).as("seed %d", seed).isEqualTo(bytes.length);
            assertThat(kept.length).as("seed %d", seed).isLessThanOrEqualTo(cap);
            if (output.isTruncated()) {
                int next = text.codePointAt(output.text().length());
                int nextLength = Character.toString(next).getBytes(StandardCharsets.UTF_8).length;
                assertThat(kept.length + nextLength).as("seed %d", seed).isGreaterThan(cap);
            }
        }
    }

    /** Bytes that are no text lose nothing but at most three at the cut, whatever they are. */
    @Test
    void toOutput_randomBytesAndCaps_isTheTextOfTheirBeginning() {
        for (long seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            int cap = 1 + random.nextInt(100);

            CapturedOutput output = captureInPieces(bytes, cap, random);

            int kept = Math.toIntExact(bytes.length - output.droppedBytes());
            assertThat(kept)
                    .as("seed %d", seed)
                    .isBetween(Math.min(bytes.length, cap - 3), Math.min(bytes.length, cap));
            assertThat(output.text())
                    .as("seed %d", seed)
                    .isEqualTo(new String(Arrays.copyOf(bytes, kept), StandardCharsets.UTF_8));
            assertThat(output.isTruncated()).as("seed %d", seed).isEqualTo(bytes.length > cap);
        }
    }

    private static CapturedOutput captureInPieces(byte[] bytes, int cap, Random random) {
        StreamCapture capture = new StreamCapture(cap);
        for (int from = 0; from < bytes.length; ) {
            int length = 1 + random.nextInt(bytes.length - from);
            capture.write(bytes, from, length);
            from += length;
        }
        return capture.toOutput();
    }

    private static String randomText(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            int c = switch (random.nextInt(4)) {
                case 0 -> random.nextInt(0x80);
                case 1 -> 0x80 + random.nextInt(0x800 - 0x80);
                case 2 -> 0xe000 + random.nextInt(0x2000);
                default -> 0x10000 + random.nextInt(0x100000);
            };
            text.appendCodePoint(c);
        }
        return text.toString();
    }

    private static String captured(int cap, String text) {
        StreamCapture capture = new StreamCapture(cap);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        capture.write(bytes, 0, bytes.length);
        CapturedOutput output = capture.toOutput();
        assertThat(output.isTruncated()).isFalse();
        return output.text();
    }
}

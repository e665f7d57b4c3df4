package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.failure.InvalidRequestException;

/**
 * What was kept of one output stream: its first bytes as text, byte-exact but for what is not UTF-8, which is shown as U+FFFD.
 *
 * @param text cut between two characters when the stream was longer than what is kept
 * @param droppedBytes how many bytes came after the cut; 0 when nothing was cut
 */
public record CapturedOutput(String text, long droppedBytes) {

    /** Nothing was written. */
    public static final CapturedOutput EMPTY = new CapturedOutput("", 0);

    public CapturedOutput {
        if (droppedBytes < 0) {
            throw new InvalidRequestException(
                    "droppedBytes", "greater_than_equal", "droppedBytes must not be negative: " + droppedBytes);
        }
    }

    /** Whether something was cut. */
    public boolean isTruncated() {
        return droppedBytes > 0;
    }
}

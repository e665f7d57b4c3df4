package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The order to start a command, or to hand it over to a runtime that waits; {@code exec_request} of {@code src/main/c/sandbox.h} is
 * the other side of its layout.
 *
 * @param time after which the guard ends it; at least 1 ms
 * @param outputBytes what it may write before the guard ends it
 */
record ExecOrder(List<String> command, Map<String, String> environment, int flags, Duration time, long outputBytes) {

    static final int STREAM_STDIN = 1;
    static final int IN_WORK_DIRECTORY = 2;

    /** To the runtime that waits, not to a new process. */
    static final int HAND_OVER = 4;

    /** A runtime that will wait for its program. */
    static final int AHEAD = 8;

    private static final int FIXED_BYTES = 17;
    private static final int LONGEST = 1 << 20;
    /** The kernel's limit, MAX_ARG_STRLEN, counts the NUL at the end. */
    private static final int LONGEST_WORD = (128 << 10) - 1;

    private static final int MOST_WORDS = 10_000;

    /** Words of ours with the limit of a runtime's own heap filled in: three quarters of the memory limit. */
    static List<String> withHeap(List<String> words, long memoryBytes) {
        String heap = Long.toString(Math.max(16, (memoryBytes / 4 * 3) >> 20));
        return words.stream().map(word -> word.replace("{heapMegabytes}", heap)).toList();
    }

    /**
     * The payload of the frame.
     *
     * @throws InvalidRequestException field {@code args}, when they do not fit
     */
    ByteBuffer payload() {
        List<byte[]> strings = new ArrayList<>();
        for (String word : command) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            if (bytes.length > LONGEST_WORD) {
                throw new InvalidRequestException(
                        "args", "too_long", "One of args has " + bytes.length + " bytes; at most " + LONGEST_WORD);
            }
            strings.add(bytes);
        }
        environment.forEach((name, value) -> strings.add((name + "=" + value).getBytes(StandardCharsets.UTF_8)));
        int length = strings.stream().mapToInt(bytes -> bytes.length + 1).sum();
        if (length > LONGEST || command.size() > MOST_WORDS) {
            throw new InvalidRequestException(
                    "args", "too_long", "args must not exceed 1 MiB and " + MOST_WORDS + " items together");
        }
        ByteBuffer payload = ByteBuffer.allocate(FIXED_BYTES + length);
        payload.putInt((int) Math.min(Integer.MAX_VALUE, time.toMillis())).putLong(outputBytes);
        payload.put((byte) flags).putShort((short) command.size()).putShort((short) environment.size());
        strings.forEach(bytes -> payload.put(bytes).put((byte) 0));
        return payload.flip();
    }
}

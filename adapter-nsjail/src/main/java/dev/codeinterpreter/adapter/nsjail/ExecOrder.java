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
 * @param command {@code {heapMegabytes}} in a word is replaced
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
    private static final int MOST_WORDS = 10_000;

    /**
     * The payload of the frame.
     *
     * @param memoryBytes the memory limit, of which a heap gets three quarters
     * @throws InvalidRequestException field {@code args}, when they do not fit
     */
    ByteBuffer payload(long memoryBytes) {
        String heap = Long.toString(Math.max(16, (memoryBytes / 4 * 3) >> 20));
        List<byte[]> strings = new ArrayList<>();
        for (String word : command) {
            strings.add(word.replace("{heapMegabytes}", heap).getBytes(StandardCharsets.UTF_8));
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

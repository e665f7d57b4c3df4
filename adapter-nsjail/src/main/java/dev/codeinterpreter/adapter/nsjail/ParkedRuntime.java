package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.SandboxLostException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A runtime that is started ahead of its program, inside the parked run where the program will run: it waits there, serves that one
 * program, and ends. How it waits is written in its bootstrap, among the resources of this package.
 *
 * @param name of its pool
 * @param command that starts it
 * @param environment all of it; the program sees the same
 * @param opened name of the file in the work directory that it opens when it starts and reads when the program has come; empty when
 *     it opens the source later
 * @param compiles whether it looks at the whole source before the program begins, so that no other command need do so
 * @param heapFromLimit whether the memory limit was made into an option when it started, so that no other limit will do
 * @param memoryBytes about what it needs while it waits
 */
record ParkedRuntime(
        String name,
        List<String> command,
        Map<String, String> environment,
        String opened,
        boolean compiles,
        boolean heapFromLimit,
        long memoryBytes) {

    private static final byte TARGET_WORK = 1;

    /** The time limit begins with the program; until then the pool's alarm is in charge. */
    private static final Duration NO_TIME = Duration.ofMillis(1);

    /**
     * Starts it in a parked run, and returns when it waits.
     *
     * @throws IOException when the guard is gone
     * @throws SandboxLostException when the guard has ended, which it does when the runtime does not come to wait
     */
    void start(FrameChannel channel, long memoryLimit) throws IOException {
        if (!opened.isEmpty()) {
            byte[] fileName = opened.getBytes(StandardCharsets.UTF_8);
            ByteBuffer file = ByteBuffer.allocate(10 + fileName.length);
            file.put(TARGET_WORK).put((byte) 0).putLong(0).put(fileName).flip();
            channel.send(FrameType.PUT, file);
            expect(channel, FrameType.DONE);
        }
        channel.send(
                FrameType.EXEC,
                new ExecOrder(ExecOrder.withHeap(command, memoryLimit), environment, ExecOrder.AHEAD, NO_TIME, 0)
                        .payload());
        expect(channel, FrameType.READY);
    }

    private void expect(FrameChannel channel, FrameType frame) throws IOException {
        byte type = channel.next();
        if (type != frame.code()) {
            throw new SandboxLostException("The sandbox broke its protocol: frame " + type + " before " + frame);
        }
    }
}

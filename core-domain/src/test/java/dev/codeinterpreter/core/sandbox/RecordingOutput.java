package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.execution.OutputListener;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps everything that a program writes. */
public final class RecordingOutput implements OutputListener {

    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final CountDownLatch begun = new CountDownLatch(1);

    @Override
    public void stdout(byte[] bytes, int offset, int length) {
        stdout.write(bytes, offset, length);
        begun.countDown();
    }

    @Override
    public void stderr(byte[] bytes, int offset, int length) {
        stderr.write(bytes, offset, length);
        begun.countDown();
    }

    /** Waits for the first byte; for another thread than the one of the run. */
    public void awaitFirstByte() throws InterruptedException {
        if (!begun.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError("the program wrote nothing for 60 s");
        }
    }

    /** What was written to stdout, as text. */
    public String stdout() {
        return stdout.toString(StandardCharsets.UTF_8);
    }

    /** What was written to stdout, as it was. */
    public byte[] stdoutBytes() {
        return stdout.toByteArray();
    }

    /** What was written to stderr, as text. */
    public String stderr() {
        return stderr.toString(StandardCharsets.UTF_8);
    }
}

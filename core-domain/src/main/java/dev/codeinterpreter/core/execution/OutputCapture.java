package dev.codeinterpreter.core.execution;

/** Passes output on as it comes and keeps the beginnings of both streams. */
final class OutputCapture implements OutputListener {

    private final OutputListener listener;
    private final StreamCapture stdout;
    private final StreamCapture stderr;

    OutputCapture(OutputListener listener, int maximumBytes) {
        this.listener = listener;
        this.stdout = new StreamCapture(maximumBytes);
        this.stderr = new StreamCapture(maximumBytes);
    }

    @Override
    public void stdout(byte[] bytes, int offset, int length) {
        stdout.write(bytes, offset, length);
        listener.stdout(bytes, offset, length);
    }

    @Override
    public void stderr(byte[] bytes, int offset, int length) {
        stderr.write(bytes, offset, length);
        listener.stderr(bytes, offset, length);
    }

    CapturedOutput stdout() {
        return stdout.toOutput();
    }

    CapturedOutput stderr() {
        return stderr.toOutput();
    }
}

package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.sandbox.CapturedState;
import dev.codeinterpreter.core.sandbox.CapturedState.Reason;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.StateExchange;
import dev.codeinterpreter.core.sandbox.StateReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The server's side of {@code session_state.py}: orders given to it in a variable of the environment, files in the work directory,
 * and a report to read. Whatever comes out was written where untrusted code could write, so it is bounded and taken for no more
 * than words; the bytes of the memory itself are never looked into.
 */
final class PythonState {

    static final String VARIABLE = "SANDBOX_STATE";
    static final String PREVIOUS = "state.in";

    private static final String CAPTURED = "state.out";
    private static final String REPORT = "state.report";
    private static final String FORMAT = "cloudpickle-lz4/1";
    private static final int LONGEST_REPORT = 256 << 10;
    private static final int MOST_NAMES = 200;
    private static final int MOST_PACKAGES = 20;

    /** Takes a file of the work directory out of the sandbox. */
    @FunctionalInterface
    interface WorkFiles {
        void fetch(String name, long maximumBytes, OutputStream target) throws IOException;
    }

    private final StateExchange exchange;
    private final WorkFiles files;
    private final List<String> dropped = new ArrayList<>();
    private final List<String> unrestored = new ArrayList<>();
    private String packages = "";

    PythonState(StateExchange exchange, WorkFiles files) {
        this.exchange = exchange;
        this.files = files;
    }

    /** What session_state.py is told: maximum bytes, memory limit, wall milliseconds, also after a failure, something to restore. */
    static String order(StateExchange exchange, Limits limits, boolean restores) {
        return exchange.maximumBytes() + " " + limits.memoryBytes() + " "
                + limits.wallTime().toMillis() + " " + (exchange.afterFailure() ? 1 : 0) + " " + (restores ? 1 : 0);
    }

    /**
     * What became of the memory in the run.
     *
     * @throws SandboxLostException when the sandbox ended or broke its protocol
     */
    StateReport read() {
        ByteArrayOutputStream report = new ByteArrayOutputStream();
        CapturedState captured;
        try {
            files.fetch(REPORT, LONGEST_REPORT, report);
            captured = parse(report.toString(StandardCharsets.UTF_8));
        } catch (NotFoundException none) {
            captured = new CapturedState.Lost(Reason.SUDDEN_END);
        } catch (TooLargeException notOurs) {
            captured = new CapturedState.Lost(Reason.FAILURE);
        } catch (IOException impossible) {
            throw new SandboxLostException("The report on variables could not be taken", impossible);
        }
        return new StateReport(captured, dropped, unrestored);
    }

    private CapturedState parse(String report) throws IOException {
        CapturedState captured = new CapturedState.NotWanted();
        long size = -1;
        for (String line : report.lines().toList()) {
            String[] words = line.split(" ", -1);
            String word = words.length > 1 ? words[1] : "";
            switch (words[0]) {
                case "kept" -> size = sizeIn(word);
                case "empty" -> captured = new CapturedState.Nothing();
                case "lost" -> captured = new CapturedState.Lost(reason(word));
                case "packages" -> packages = packagesIn(words);
                case "dropped" -> note(word, dropped);
                case "unrestored" -> note(word, unrestored);
                default -> {
                    /* not by us */
                }
            }
        }
        return size >= 0 ? kept(size) : captured;
    }

    private static long sizeIn(String word) {
        return word.matches("\\d{1,12}") ? Long.parseLong(word) : -1;
    }

    private static Reason reason(String word) {
        return switch (word) {
            case "size" -> Reason.SIZE;
            case "memory" -> Reason.MEMORY;
            case "disk" -> Reason.DISK;
            case "time" -> Reason.TIME;
            default -> Reason.FAILURE;
        };
    }

    private static String packagesIn(String[] words) {
        return Arrays.stream(words)
                .skip(1)
                .filter(name -> name.matches("[A-Za-z0-9_]{1,40}"))
                .limit(MOST_PACKAGES)
                .collect(Collectors.joining(","));
    }

    private static void note(String name, List<String> names) {
        if (names.size() < MOST_NAMES) {
            names.add(name);
        }
    }

    /** The room is made for the size that was reported, so that memory is used once. */
    private CapturedState kept(long size) throws IOException {
        long most = exchange.maximumBytes() + (exchange.maximumBytes() >> 6) + (64 << 10);
        if (size > Math.min(most, Integer.MAX_VALUE - 8)) {
            return new CapturedState.Lost(Reason.SIZE);
        }
        FixedSizeOutput bytes = new FixedSizeOutput((int) size);
        try {
            files.fetch(CAPTURED, size, bytes);
        } catch (NotFoundException | TooLargeException notAsReported) {
            return new CapturedState.Lost(Reason.FAILURE);
        }
        if (bytes.filled < size) {
            return new CapturedState.Lost(Reason.FAILURE);
        }
        return new CapturedState.Kept(packages.isEmpty() ? FORMAT : FORMAT + "; packages=" + packages, bytes.bytes);
    }

    /** Takes exactly as many bytes as were announced. */
    private static final class FixedSizeOutput extends OutputStream {

        private final byte[] bytes;
        private int filled;

        FixedSizeOutput(int size) {
            this.bytes = new byte[size];
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, source.length);
            if (length > bytes.length - filled) {
                throw new IOException("more than " + bytes.length + " bytes");
            }
            System.arraycopy(source, offset, bytes, filled, length);
            filled += length;
        }
    }
}

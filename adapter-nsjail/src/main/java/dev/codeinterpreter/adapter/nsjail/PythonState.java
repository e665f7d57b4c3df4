package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.sandbox.CapturedState;
import dev.codeinterpreter.core.sandbox.CapturedState.Reason;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.StateExchange;
import dev.codeinterpreter.core.sandbox.StateReport;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The server's side of {@code session_state.py}: orders given to it in a variable of the environment, a file in the work directory
 * before the run, and one after it that begins with a report. Whatever comes out was written where untrusted code could write, so it is bounded and taken for no more
 * than words; the bytes of the memory itself are never looked into.
 */
final class PythonState {

    static final String VARIABLE = "SANDBOX_STATE";
    static final String PREVIOUS = "state.in";

    private static final String CAPTURED = "state.out";
    private static final String FORMAT = "cloudpickle-lz4/1";
    private static final int REPORT_ROOM = 16 << 10;
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
    private CapturedState other = new CapturedState.NotWanted();

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
        Captured captured = new Captured();
        try {
            files.fetch(CAPTURED, REPORT_ROOM + largest(), captured);
        } catch (NotFoundException none) {
            return report(new CapturedState.Lost(Reason.SUDDEN_END));
        } catch (TooLargeException notOurs) {
            return report(new CapturedState.Lost(Reason.FAILURE));
        } catch (IOException impossible) {
            throw new SandboxLostException("The variables could not be taken", impossible);
        }
        return report(captured.result());
    }

    private StateReport report(CapturedState captured) {
        return new StateReport(captured, dropped, unrestored);
    }

    /** What does not get smaller by compression gets a little larger. */
    private long largest() {
        return Math.min(
                exchange.maximumBytes() + (exchange.maximumBytes() >> 6) + (64 << 10), Integer.MAX_VALUE - 64 * 1024);
    }

    /** Understands a report, and tells how many bytes of memory follow; -1 for none. */
    private long parse(String report) {
        long size = -1;
        for (String line : report.lines().toList()) {
            String[] words = line.split(" ", -1);
            String word = words.length > 1 ? words[1] : "";
            switch (words[0]) {
                case "kept" -> size = sizeIn(word);
                case "empty" -> other = new CapturedState.Nothing();
                case "lost" -> other = new CapturedState.Lost(reason(word));
                case "packages" -> packages = packagesIn(words);
                case "dropped" -> note(word, dropped);
                case "unrestored" -> note(word, unrestored);
                default -> {
                    /* not by us */
                }
            }
        }
        return size;
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

    /**
     * Takes a report and what follows it. The room for that is made for the size that was reported, so that memory is used once; what
     * is more than was reported is left out.
     */
    private final class Captured extends OutputStream {

        private final byte[] head = new byte[REPORT_ROOM];
        private int headFilled;
        private byte[] bytes = new byte[0];
        private int filled;
        private long size = -1;
        private boolean parsed;

        @Override
        public void write(int value) {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) {
            Objects.checkFromIndexSize(offset, length, source.length);
            int toHead = Math.min(length, head.length - headFilled);
            System.arraycopy(source, offset, head, headFilled, toHead);
            headFilled += toHead;
            if (toHead < length) {
                parseOnce();
                int toBytes = Math.min(length - toHead, bytes.length - filled);
                System.arraycopy(source, offset + toHead, bytes, filled, toBytes);
                filled += toBytes;
            }
        }

        private void parseOnce() {
            if (!parsed) {
                parsed = true;
                int end = 0;
                while (end < headFilled && head[end] != 0) {
                    end++;
                }
                if (end == 0) {
                    /* the place of a report that was never written */
                    other = new CapturedState.Lost(Reason.SUDDEN_END);
                }
                size = parse(new String(head, 0, end, StandardCharsets.UTF_8));
                bytes = new byte[(int) Math.clamp(size, 0, largest())];
            }
        }

        CapturedState result() {
            parseOnce();
            if (size < 0) {
                return other;
            }
            if (size > largest()) {
                return new CapturedState.Lost(Reason.SIZE);
            }
            return filled < size
                    ? new CapturedState.Lost(Reason.FAILURE)
                    : new CapturedState.Kept(packages.isEmpty() ? FORMAT : FORMAT + "; packages=" + packages, bytes);
        }
    }
}

package dev.codeinterpreter.adapter.nsjail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How much memory this machine has left. */
final class HostMemory {

    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final String AVAILABLE = "MemAvailable:";

    /** What must be left for programs when runtimes are started ahead. */
    private static final long RESERVE_BYTES = 1L << 30;

    private HostMemory() {}

    /** Whether so many bytes can be used for something that only saves time. */
    static boolean hasRoomFor(long bytes) {
        return available() - RESERVE_BYTES > bytes;
    }

    /** How many bytes programs could have now; very many, when this machine does not tell. */
    static long available() {
        try {
            List<String> lines = Files.readAllLines(MEMINFO);
            for (String line : lines) {
                if (line.startsWith(AVAILABLE)) {
                    String kilobytes =
                            line.substring(AVAILABLE.length()).replace("kB", "").strip();
                    return Long.parseLong(kilobytes) << 10;
                }
            }
        } catch (IOException | NumberFormatException unknown) {
            /* then it is taken for enough */
        }
        return Long.MAX_VALUE;
    }
}

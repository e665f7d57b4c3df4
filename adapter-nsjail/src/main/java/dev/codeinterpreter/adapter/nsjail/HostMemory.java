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
        try {
            List<String> lines = Files.readAllLines(MEMINFO);
            for (String line : lines) {
                if (line.startsWith(AVAILABLE)) {
                    String kilobytes =
                            line.substring(AVAILABLE.length()).replace("kB", "").strip();
                    return (Long.parseLong(kilobytes) << 10) - RESERVE_BYTES > bytes;
                }
            }
            return true;
        } catch (IOException | NumberFormatException unknown) {
            return true;
        }
    }
}

package dev.codeinterpreter.adapter.nsjail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the files of the toolchains once, in the background. Who reads a file first has its pages charged to its memory limit; read
 * by the server, they are no run's, and the first program of a language need not wait for the disk.
 */
final class ToolchainReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ToolchainReader.class);
    private static final int CHUNK = 1 << 20;

    /** After so many bytes others have their turn. */
    private static final long BYTES_BETWEEN_PAUSES = 4L << 20;

    private static final long PAUSE_MILLIS = 5;

    private final List<Path> roots;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    private final Thread thread;
    private long left;
    private long sincePause;

    private ToolchainReader(List<Path> roots, long maximumBytes) {
        this.roots = List.copyOf(roots);
        this.left = maximumBytes;
        this.thread = Thread.ofPlatform().daemon().name("toolchain-reader").unstarted(this::readAll);
    }

    /**
     * Starts to read what is below these paths, in this order; paths that do not exist are left out.
     *
     * @param maximumBytes after which it ends
     */
    static ToolchainReader start(List<Path> roots, long maximumBytes) {
        ToolchainReader reader = new ToolchainReader(roots, maximumBytes);
        reader.thread.start();
        return reader;
    }

    private void readAll() {
        long wanted = left;
        for (Path root : roots) {
            try {
                if (Files.exists(root)) {
                    Files.walkFileTree(root.toRealPath(), new Visitor());
                }
            } catch (IOException e) {
                LOG.debug("{} cannot be read", root, e);
            }
        }
        LOG.debug("Read {} MiB of toolchains", (wanted - left) >> 20);
    }

    /** Waits until it has read everything; for tests. */
    void join() throws InterruptedException {
        thread.join();
    }

    /** How many of the bytes it may read it has not read; only for whoever has joined. */
    long left() {
        return left;
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private final class Visitor extends SimpleFileVisitor<Path> {

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (attributes.isRegularFile()) {
                read(file);
            }
            return left <= 0 || Thread.currentThread().isInterrupted()
                    ? FileVisitResult.TERMINATE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException unreadable) {
            return FileVisitResult.CONTINUE;
        }

        private void read(Path file) throws IOException {
            try (FileChannel channel = FileChannel.open(file)) {
                while (left > 0) {
                    int read = channel.read(buffer.clear());
                    if (read < 0) {
                        return;
                    }
                    left -= read;
                    sincePause += read;
                    if (sincePause >= BYTES_BETWEEN_PAUSES) {
                        sincePause = 0;
                        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

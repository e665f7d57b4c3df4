package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.failure.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Says that this process owns a data directory. The kernel takes the lock back when the process ends, however it ends.
 *
 * <p>POSIX gives up a process's lock when any descriptor of the file is closed, also one that was opened for a second attempt. So
 * the directories this process owns are remembered, and their lock file is not opened again.
 */
final class OwnerLock implements AutoCloseable {

    static final String FILE_NAME = "owner.lock";

    private static final Set<Path> OWNED = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private OwnerLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Takes the lock of {@code directory}.
     *
     * @param directory its real path
     * @throws UnavailableException when somebody has it, with what to do
     */
    static OwnerLock take(Path directory) throws IOException {
        if (!OWNED.add(directory)) {
            throw taken(directory, "this process");
        }
        boolean owned = false;
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    directory.resolve(FILE_NAME),
                    Set.of(
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.CREATE,
                            LinkOption.NOFOLLOW_LINKS),
                    DataDirectory.OWNER_ONLY_FILE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw taken(directory, ownerNamedIn(channel));
            }
            nameOwner(channel);
            owned = true;
            return new OwnerLock(directory, channel);
        } finally {
            if (!owned) {
                OWNED.remove(directory);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static UnavailableException taken(Path directory, String owner) {
        return new UnavailableException(
                DataDirectory.DEPENDENCY,
                "The data directory " + directory + " is in use by " + owner
                        + ". Stop that process, or choose another directory for this one.");
    }

    private static String ownerNamedIn(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(20);
        channel.read(text, 0);
        String id = StandardCharsets.US_ASCII.decode(text.flip()).toString().strip();
        return id.matches("[0-9]+") ? "process " + id : "another process";
    }

    private static void nameOwner(FileChannel channel) throws IOException {
        byte[] text = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(text), 0);
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            try {
                channel.close();
            } finally {
                OWNED.remove(directory);
            }
        }
    }
}

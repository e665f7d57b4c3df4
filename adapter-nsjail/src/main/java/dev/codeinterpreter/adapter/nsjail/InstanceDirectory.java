package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.id.Identifiers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of one living server below the base directory. A lock on a file in it, which the kernel releases with the process,
 * tells living servers from dead ones; what the dead have left is found by that.
 */
final class InstanceDirectory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(InstanceDirectory.class);
    private static final String LOCK = "lock";

    /** The kernel takes 107 bytes for the name of a socket; the rest is for what we add. */
    private static final int LONGEST_BASE = 56;

    /**
     * Those of this process. Their lock files must not be opened a second time: the kernel drops a process's locks on a file as
     * soon as the process closes any descriptor of it (fcntl(2)).
     */
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private InstanceDirectory(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Makes a new one.
     *
     * @throws UnavailableException when the base directory cannot be written or reached by every user, or has too long a name
     */
    static InstanceDirectory create(Path base) {
        try {
            requireShort(base);
            Files.createDirectories(base);
            requireReachable(base.toRealPath());
            Path path = base.resolve("i-" + Identifiers.random());
            Files.createDirectory(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            OWN.add(path.toRealPath());
            /* locked before it has its name: a lock file that nobody has locked is that of a dead server */
            Path unnamed = path.resolve(LOCK + ".new");
            FileChannel channel = FileChannel.open(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            FileLock lock = channel.lock();
            Files.move(unnamed, path.resolve(LOCK));
            /* the users of jails reach their own directories below by name */
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
            return new InstanceDirectory(path, channel, lock);
        } catch (IOException e) {
            throw new UnavailableException(
                    "sandboxes",
                    "SANDBOX_BASE_DIR must be a directory that can be made and written, " + base + " cannot: "
                            + e.getMessage(),
                    e);
        }
    }

    private static void requireShort(Path base) {
        int length = base.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_BASE) {
            throw new UnavailableException(
                    "sandboxes",
                    "SANDBOX_BASE_DIR must not be longer than " + LONGEST_BASE
                            + " bytes, since sockets lie below it; it has " + length + ": " + base);
        }
    }

    /** Root of a jail is an ordinary user outside of it. */
    private static void requireReachable(Path base) throws IOException {
        for (Path path = base; path != null; path = path.getParent()) {
            if (!Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                throw new UnavailableException(
                        "sandboxes",
                        "SANDBOX_BASE_DIR must be reachable by every user, " + base + " is not: chmod o+x " + path);
            }
        }
    }

    /** Directories of servers that do not live any more. */
    static List<Path> deadOnes(Path base) throws IOException {
        if (!Files.isDirectory(base)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(base)) {
            return children.filter(child -> child.getFileName().toString().startsWith("i-"))
                    .filter(InstanceDirectory::isDead)
                    .toList();
        }
    }

    private static boolean isDead(Path directory) {
        Path file = directory.resolve(LOCK);
        try {
            if (OWN.contains(directory.toRealPath())) {
                return false;
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                    FileLock lock = channel.tryLock()) {
                return lock != null;
            }
        } catch (IOException notReadyYet) {
            /* being made or being removed by somebody else just now */
            return false;
        }
    }

    Path path() {
        return path;
    }

    /** The name by which cgroups of this server are found. */
    String name() {
        return path.getFileName().toString();
    }

    static void removeTree(Path directory) {
        try {
            if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
                    children.forEach(InstanceDirectory::removeTree);
                }
            }
            Files.deleteIfExists(directory);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("Cannot remove {}", directory, e);
        }
    }

    @Override
    public void close() throws IOException {
        Path real = path.toRealPath();
        removeTree(path);
        lock.release();
        channel.close();
        OWN.remove(real);
    }
}

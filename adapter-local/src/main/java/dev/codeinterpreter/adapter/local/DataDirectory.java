package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.id.Identifiers;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directory with everything, owned by this process while this is open.
 *
 * <pre>
 * owner.lock                        locked by the process that owns the directory, with its id
 * records.mv                        sessions, records of files and of snapshots
 * blobs/sessions/SESSION/FILE       bytes of files
 * blobs/states/SESSION              bytes of states that the file store was given
 * snapshots/SESSION.RANDOM          bytes of snapshots; the record tells which one counts
 * tmp/RANDOM                        writes under way, and what is being deleted; emptied when opened
 * </pre>
 *
 * <p>Directories have mode 0700, files 0600. No symbolic link below the directory is followed.
 */
final class DataDirectory implements AutoCloseable {

    static final String DEPENDENCY = "local storage";
    static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_DIRECTORY =
            PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    private static final Set<OpenOption> NEW_FILE =
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS);
    private static final String RECORDS = "records.mv";
    private static final String LOST_AND_FOUND = "lost+found";

    private final Path root;
    private final @Nullable OwnerLock lock;
    private volatile boolean closed;

    private DataDirectory(Path root, @Nullable OwnerLock lock) throws IOException {
        this.root = root;
        this.lock = lock;
        make(temporary());
        make(root.resolve("blobs"));
        make(sessions());
        make(states());
        make(snapshots());
    }

    /**
     * Opens {@code directory}, made when missing, and removes what interrupted writes left.
     *
     * @throws InvalidRequestException field {@code directory}, when it has other things in it
     * @throws UnavailableException when another process has it, or the file system refuses
     */
    static DataDirectory open(Path directory) {
        OwnerLock lock = null;
        try {
            Files.createDirectories(directory, OWNER_ONLY_DIRECTORY);
            Path root = directory.toRealPath();
            requireOurs(root);
            Files.setPosixFilePermissions(root, OWNER_ONLY);
            lock = OwnerLock.take(root);
            DataDirectory opened = new DataDirectory(root, lock);
            opened.clearTemporary();
            lock = null;
            return opened;
        } catch (IOException e) {
            throw new UnavailableException(
                    DEPENDENCY, "The data directory " + directory + " cannot be used: " + e.getMessage(), e);
        } finally {
            release(lock);
        }
    }

    /**
     * A new directory that is deleted on close and whose contents need not survive a crash.
     *
     * @throws UnavailableException when the file system refuses
     */
    static DataDirectory openTemporary() {
        try {
            return new DataDirectory(Files.createTempDirectory("code-interpreter-"), null);
        } catch (IOException e) {
            throw new UnavailableException(DEPENDENCY, "No temporary directory can be made: " + e.getMessage(), e);
        }
    }

    /** Of the file store: one directory per session. */
    Path sessions() {
        return root.resolve("blobs").resolve("sessions");
    }

    /** Of the file store: one file per session. */
    Path states() {
        return root.resolve("blobs").resolve("states");
    }

    Path snapshots() {
        return root.resolve("snapshots");
    }

    Path records() {
        return root.resolve(RECORDS);
    }

    /** @throws UnavailableException once the directory was given up and may belong to somebody else */
    void requireOpen() {
        if (closed) {
            throw new UnavailableException(DEPENDENCY, "The local storage is closed");
        }
    }

    /** A path in the same file system that nothing has yet and that does not survive the next opening. */
    Path newTemporary() {
        return temporary().resolve(Identifiers.random());
    }

    /** Opens a file for writing that must not exist yet. */
    FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, NEW_FILE, OWNER_ONLY_FILE);
    }

    /** Makes a directory durably; one that is there is fine, anything else of that name is not. */
    void make(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, OWNER_ONLY_DIRECTORY);
            sync(parentOf(directory));
        } catch (FileAlreadyExistsException e) {
            requireDirectory(directory);
        }
    }

    static Path parentOf(Path path) {
        return Objects.requireNonNull(path.getParent(), "every path in the data directory has a parent");
    }

    /**
     * Insists that {@code directory} is a directory and no link to one.
     *
     * @throws NoSuchFileException when there is nothing
     */
    void requireDirectory(Path directory) throws IOException {
        if (!Files.readAttributes(directory, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isDirectory()) {
            throw new NotDirectoryException(directory.toString());
        }
    }

    /** Waits until the bytes written to {@code file} are on the disk. */
    void sync(FileChannel file) throws IOException {
        if (isDurable()) {
            file.force(false);
        }
    }

    /**
     * Waits until the names in {@code directory} are on the disk; one that is gone meanwhile is fine. Not cut short by an
     * interrupt, since the new name is there already.
     */
    void sync(Path directory) throws IOException {
        if (!isDurable()) {
            return;
        }
        boolean interrupted = false;
        try {
            while (true) {
                try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                    channel.force(true);
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                } catch (NoSuchFileException e) {
                    return;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Deletes a directory with all in it; nothing there is fine. */
    static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Gives the directory up; a temporary one is deleted. Further calls do nothing. */
    @Override
    public void close() {
        closed = true;
        try {
            if (lock == null) {
                deleteTree(root);
            } else {
                lock.close();
            }
        } catch (IOException e) {
            throw new UnavailableException(DEPENDENCY, "The data directory could not be closed: " + e.getMessage(), e);
        }
    }

    private boolean isDurable() {
        return lock != null;
    }

    private Path temporary() {
        return root.resolve("tmp");
    }

    private void clearTemporary() throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(temporary())) {
            for (Path leftover : leftovers) {
                deleteTree(leftover);
            }
        }
    }

    /** Guards against a slip of the operator: the mode of the directory is changed and files in it are deleted. */
    private static void requireOurs(Path root) throws IOException {
        if (Files.exists(root.resolve(OwnerLock.FILE_NAME), LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Optional<Path> foreign = Optional.empty();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, entry -> !entry.endsWith(LOST_AND_FOUND))) {
            for (Path entry : entries) {
                foreign = Optional.of(entry);
            }
        }
        if (foreign.isPresent()) {
            throw new InvalidRequestException(
                    "directory",
                    "not_a_data_directory",
                    "directory " + root + " is no data directory: it holds "
                            + foreign.get().getFileName() + ". Choose an empty or a new one.");
        }
    }

    private static void release(@Nullable OwnerLock lock) {
        if (lock == null) {
            return;
        }
        try {
            lock.close();
        } catch (IOException e) {
            throw new UnavailableException(DEPENDENCY, "The owner lock could not be released: " + e.getMessage(), e);
        }
    }
}

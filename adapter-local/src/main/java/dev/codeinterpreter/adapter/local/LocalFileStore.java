package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.BlobKey;
import dev.codeinterpreter.core.file.FileStorePort;
import dev.codeinterpreter.core.session.SessionId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Bytes as plain files of a {@link DataDirectory}. A write goes to a temporary file, is synced and then renamed, so that a name
 * always stands for whole bytes; a file that was opened stays readable when its name is given to another or taken away.
 */
final class LocalFileStore implements FileStorePort {

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int RENAME_ATTEMPTS = 1000;

    private final DataDirectory directory;

    LocalFileStore(DataDirectory directory) {
        this.directory = directory;
    }

    @Override
    public StoredBytes write(BlobKey key, InputStream content, long maximumBytes) throws IOException {
        Path target = pathOf(key);
        Path temporary = directory.newTemporary();
        try {
            StoredBytes stored = copy(content, temporary, maximumBytes);
            publish(temporary, target);
            return stored;
        } catch (IOException | RuntimeException e) {
            discard(temporary, e);
            throw e;
        }
    }

    @Override
    public Optional<InputStream> read(BlobKey key) {
        Path file = pathOf(key);
        try {
            directory.requireDirectory(DataDirectory.parentOf(file));
            return Optional.of(Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw unavailable("read", e);
        }
    }

    @Override
    public void delete(BlobKey key) {
        Path file = pathOf(key);
        Path parent = DataDirectory.parentOf(file);
        try {
            directory.requireDirectory(parent);
            Files.deleteIfExists(file);
            switch (key) {
                case BlobKey.OfFile ignored -> deleteIfEmpty(parent);
                case BlobKey.OfState ignored -> {}
            }
        } catch (NoSuchFileException e) {
            // the session has no bytes, which is fine
        } catch (IOException e) {
            throw unavailable("deleted", e);
        }
    }

    @Override
    public void deleteSession(SessionId session) {
        delete(BlobKey.ofState(session));
        Path trash = directory.newTemporary();
        try {
            Files.move(directory.sessions().resolve(session.value()), trash, StandardCopyOption.ATOMIC_MOVE);
            DataDirectory.deleteTree(trash);
        } catch (NoSuchFileException e) {
            // the session has no files, which is fine
        } catch (IOException e) {
            throw unavailable("deleted", e);
        }
    }

    @Override
    public List<SessionId> sessions(Optional<SessionId> after, int limit) {
        directory.requireOpen();
        NavigableSet<String> first = new TreeSet<>();
        try {
            collect(directory.sessions(), after, limit, first);
            collect(directory.states(), after, limit, first);
        } catch (IOException e) {
            throw unavailable("listed", e);
        }
        return first.stream().map(SessionId::new).toList();
    }

    private StoredBytes copy(InputStream content, Path target, long maximumBytes) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        long size = 0;
        try (FileChannel channel = create(target)) {
            int read;
            while ((read = content.read(buffer)) >= 0) {
                size += read;
                if (size > maximumBytes) {
                    throw new TooLargeException("file", maximumBytes, "bytes");
                }
                digest.update(buffer, 0, read);
                append(channel, ByteBuffer.wrap(buffer, 0, read));
            }
            sync(channel);
        }
        return new StoredBytes(size, HexFormat.of().formatHex(digest.digest()));
    }

    private FileChannel create(Path file) {
        try {
            return directory.create(file);
        } catch (IOException e) {
            throw unavailable("written", e);
        }
    }

    private static void append(FileChannel channel, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw unavailable("written", e);
        }
    }

    private void sync(FileChannel channel) {
        try {
            directory.sync(channel);
        } catch (IOException e) {
            throw unavailable("written", e);
        }
    }

    /** Gives the file its name. The directory of a session may be deleted meanwhile, being empty; then it is made again. */
    private void publish(Path temporary, Path target) {
        directory.requireOpen();
        Path parent = DataDirectory.parentOf(target);
        try {
            for (int attempt = 1; ; attempt++) {
                if (placed(temporary, target, parent)) {
                    directory.sync(parent);
                    return;
                }
                if (attempt == RENAME_ATTEMPTS) {
                    throw new IOException("its directory vanished " + attempt + " times");
                }
            }
        } catch (IOException e) {
            throw unavailable("written", e);
        }
    }

    private boolean placed(Path temporary, Path target, Path parent) throws IOException {
        try {
            directory.make(parent);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Removes what a failed write left; what resists goes when the directory is opened the next time. */
    private static void discard(Path temporary, Exception failure) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static void deleteIfEmpty(Path parent) throws IOException {
        try {
            Files.delete(parent);
        } catch (DirectoryNotEmptyException e) {
            // others of the session remain
        }
    }

    /** Adds the names in {@code parent} that belong to the first {@code limit} after {@code after}. */
    private static void collect(Path parent, Optional<SessionId> after, int limit, NavigableSet<String> first)
            throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                boolean wanted = (after.isEmpty() || name.compareTo(after.get().value()) > 0)
                        && (first.size() < limit || name.compareTo(first.last()) < 0);
                if (wanted && isSession(name) && ownsBytes(entry) && first.add(name) && first.size() > limit) {
                    first.pollLast();
                }
            }
        }
    }

    private static boolean isSession(String name) {
        try {
            return !new SessionId(name).value().isEmpty();
        } catch (InvalidRequestException e) {
            return false;
        }
    }

    /** A directory may be empty for a moment, or since a crash. */
    private static boolean ownsBytes(Path entry) throws IOException {
        if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            return Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS);
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(entry)) {
            return files.iterator().hasNext();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private Path pathOf(BlobKey key) {
        directory.requireOpen();
        return switch (key) {
            case BlobKey.OfFile blob ->
                directory
                        .sessions()
                        .resolve(blob.session().value())
                        .resolve(blob.file().value());
            case BlobKey.OfState blob ->
                directory.states().resolve(blob.session().value());
        };
    }

    private static UnavailableException unavailable(String verb, IOException cause) {
        return new UnavailableException(
                DataDirectory.DEPENDENCY, "The bytes could not be " + verb + " on the server's disk", cause);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}

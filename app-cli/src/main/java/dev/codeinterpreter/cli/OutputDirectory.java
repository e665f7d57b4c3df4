package dev.codeinterpreter.cli;

import dev.codeinterpreter.core.file.FileName;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A directory of this machine in which files of a sandbox are saved: never outside of it and never through a link, whatever lies
 * there already. A file of the same name is replaced as a whole.
 */
final class OutputDirectory {
    private final Path root;

    private OutputDirectory(Path root) {
        this.root = root;
    }

    /**
     * The directory at {@code path}, made if it is missing.
     *
     * @throws IOException when it is not a directory or cannot be made
     */
    static OutputDirectory open(Path path) throws IOException {
        return new OutputDirectory(Files.createDirectories(path).toRealPath());
    }

    /**
     * Saves a file, and the directories its name asks for.
     *
     * @param content read to its end, not closed
     * @throws IOException when it cannot be written, a part of its name is a link or a file, or reading {@code content} failed
     */
    void save(FileName name, InputStream content) throws IOException {
        try (DirectoryStream<Path> directory = Files.newDirectoryStream(root)) {
            if (!(directory instanceof SecureDirectoryStream<Path> secure)) {
                throw new FileSystemException(
                        root.toString(), null, "this file system cannot be written without following links");
            }
            save(secure, root, name.segments(), content);
        }
    }

    private static void save(
            SecureDirectoryStream<Path> parent, Path parentPath, List<String> segments, InputStream content)
            throws IOException {
        String first = segments.getFirst();
        if (segments.size() == 1) {
            write(parent, first, content);
            return;
        }
        Path path = parentPath.resolve(first);
        makeDirectory(path);
        try (SecureDirectoryStream<Path> child = enter(parent, first, path)) {
            save(child, path, segments.subList(1, segments.size()), content);
        }
    }

    private static void makeDirectory(Path path) throws IOException {
        try {
            Files.createDirectory(path);
        } catch (FileAlreadyExistsException exists) {
            // entering it finds out whether it is a directory
        }
    }

    private static SecureDirectoryStream<Path> enter(SecureDirectoryStream<Path> parent, String name, Path path)
            throws IOException {
        try {
            return parent.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS);
        } catch (FileSystemException linkOrFile) {
            throw new FileSystemException(path.toString(), null, "is a link or not a directory");
        }
    }

    /** Beside its place first, then moved there: the move replaces a link itself, not what it points to. */
    private static void write(SecureDirectoryStream<Path> parent, String name, InputStream content) throws IOException {
        Path partial = Path.of(".code-interpreter-" + UUID.randomUUID() + ".part");
        try {
            try (OutputStream target = Channels.newOutputStream(parent.newByteChannel(
                    partial,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)))) {
                content.transferTo(target);
            }
            parent.move(partial, parent, Path.of(name));
        } catch (IOException failure) {
            deleteQuietly(parent, partial, failure);
            throw failure;
        }
    }

    private static void deleteQuietly(SecureDirectoryStream<Path> parent, Path partial, IOException failure) {
        try {
            parent.deleteFile(partial);
        } catch (IOException notThere) {
            failure.addSuppressed(notThere);
        }
    }
}

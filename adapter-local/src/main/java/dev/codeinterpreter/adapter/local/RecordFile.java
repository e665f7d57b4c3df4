package dev.codeinterpreter.adapter.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import java.util.function.Consumer;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStoreException;

/**
 * Prepares the file of the records before it is opened. A new file is written elsewhere and then renamed, so that a crash leaves
 * the old one or the new one.
 */
final class RecordFile {

    private static final long WORTH_SHRINKING_BYTES = 32L * 1024 * 1024;
    private static final int MOSTLY_FREE = 4;
    private static final int COPIES_PER_COMMIT = 10_000;

    private final Path file;
    private final DataDirectory directory;

    RecordFile(Path file, DataDirectory directory) {
        this.file = file;
        this.directory = directory;
    }

    /**
     * Makes the file when it is missing, and a smaller one when most of a large one is free: MVStore uses free space again, but
     * gives none back from the middle of the file.
     *
     * @return the name by which MVStore opens it
     * @throws MVStoreException when what is there cannot be read
     */
    String prepare() throws IOException {
        if (!isPresent()) {
            write(_ -> {});
        } else if (Files.size(file) > WORTH_SHRINKING_BYTES) {
            shrink();
        }
        return file.toString();
    }

    private boolean isPresent() throws IOException {
        try {
            if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isRegularFile()) {
                throw new IOException("it is no regular file");
            }
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void shrink() throws IOException {
        OpenedRecords old = OpenedRecords.open(file.toString());
        try {
            if (old.liveBytes() < Files.size(file) / MOSTLY_FREE) {
                write(target -> copy(old, target));
            }
        } finally {
            old.store().closeImmediately();
        }
    }

    /** Writes a new file and gives it the name. */
    private void write(Consumer<OpenedRecords> content) throws IOException {
        Path temporary = directory.newTemporary();
        directory.create(temporary).close();
        OpenedRecords target = OpenedRecords.open(temporary.toString());
        try {
            content.accept(target);
        } finally {
            target.store().close();
        }
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            directory.sync(channel);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        directory.sync(DataDirectory.parentOf(file));
    }

    private static void copy(OpenedRecords source, OpenedRecords target) {
        Iterator<MVMap<String, byte[]>> targets = target.tables().all().iterator();
        for (MVMap<String, byte[]> map : source.tables().all()) {
            MVMap<String, byte[]> copy = targets.next();
            Cursor<String, byte[]> cursor = map.cursor(null);
            for (int copied = 1; cursor.hasNext(); copied++) {
                String key = cursor.next();
                copy.append(key, cursor.getValue());
                if (copied % COPIES_PER_COMMIT == 0) {
                    target.store().commit();
                }
            }
        }
    }
}

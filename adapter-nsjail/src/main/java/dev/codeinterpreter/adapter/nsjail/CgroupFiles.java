package dev.codeinterpreter.adapter.nsjail;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes the small text files of a cgroup directory. */
final class CgroupFiles {

    private static final Logger LOG = LoggerFactory.getLogger(CgroupFiles.class);

    private CgroupFiles() {}

    /** Never makes the file: a limit written where no kernel reads it would be no limit. */
    static void write(Path directory, String file, String value) throws IOException {
        Files.writeString(
                directory.resolve(file), value, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    /** Writes to a file that this kernel may not have. */
    static void writeIfThere(Path directory, String file, String value) throws IOException {
        if (Files.exists(directory.resolve(file))) {
            write(directory, file, value);
        }
    }

    /** The number in a file that holds nothing else; empty when there is no such file or no number in it. */
    static OptionalLong number(Path directory, String file) throws IOException {
        try {
            return OptionalLong.of(
                    Long.parseLong(Files.readString(directory.resolve(file)).trim()));
        } catch (NoSuchFileException | NumberFormatException notCounted) {
            return OptionalLong.empty();
        }
    }

    /** The number behind {@code key} in a file of lines {@code key number}; 0 when it is not there. */
    static long value(Path directory, String file, String key) throws IOException {
        try {
            for (String line : Files.readAllLines(directory.resolve(file))) {
                String[] words = line.split(" ", 2);
                if (words[0].equals(key) && words.length == 2) {
                    return Long.parseLong(words[1].trim());
                }
            }
        } catch (NoSuchFileException notCounted) {
            return 0;
        }
        return 0;
    }

    /** Kills the members of a cgroup. Returns whether there were none. */
    static boolean killMembers(Path directory) throws IOException {
        boolean empty = true;
        try {
            for (String line : Files.readAllLines(directory.resolve("cgroup.procs"))) {
                if (!line.isBlank()) {
                    empty = false;
                    ProcessHandle.of(Long.parseLong(line.trim())).ifPresent(ProcessHandle::destroyForcibly);
                }
            }
        } catch (NoSuchFileException alreadyRemoved) {
            return true;
        }
        return empty;
    }

    /** Kills whoever is still in a slot. Returns whether it became empty within two seconds. */
    static boolean evacuate(CgroupSlot slot) {
        try {
            for (int attempt = 0; attempt < 200; attempt++) {
                if (slot.evacuate()) {
                    return true;
                }
                Thread.sleep(10);
            }
        } catch (IOException e) {
            LOG.warn("Cannot read a sandbox's cgroup", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** Removes a cgroup with all below it, killing the members. Bounded in time; what cannot be removed is logged. */
    static void removeTree(Path directory) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory, Files::isDirectory)) {
            children.forEach(CgroupFiles::removeTree);
        } catch (IOException e) {
            LOG.warn("Cannot list cgroup {}", directory, e);
        }
        try {
            for (int attempt = 0; attempt < 100 && !killMembers(directory); attempt++) {
                Thread.sleep(10);
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            if (Files.exists(directory)) {
                /* else somebody else was faster */
                LOG.warn("Cannot remove cgroup {}", directory, e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

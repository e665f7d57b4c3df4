package dev.codeinterpreter.adapter.nsjail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What tests look for on the machine after sandboxes have ended. */
final class Machine {

    private Machine() {}

    /** An argument for {@code sleep}, longer than any test, that no other process on this machine has. */
    static String uniqueSleep() {
        return "4000." + ThreadLocalRandom.current().nextInt(100_000_000, 1_000_000_000);
    }

    /** The processes that have this word on their command line. */
    static List<Long> processesNamed(String word) {
        return processes("cmdline", word);
    }

    /** The processes in a cgroup of this name. */
    static List<Long> processesInCgroup(String name) {
        return processes("cgroup", name);
    }

    private static List<Long> processes(String file, String word) {
        List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : all) {
                if (content(process.resolve(file)).contains(word)) {
                    found.add(Long.valueOf(process.getFileName().toString()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String content(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    /** The cgroup directories whose name contains this. */
    static List<Path> cgroupsNamed(String name) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(Path.of("/sys/fs/cgroup"), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                if (directory.getFileName().toString().contains(name)) {
                    found.add(directory);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException removedMeanwhile) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException removedMeanwhile) {
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    /** How many file systems are mounted in this process's namespace. */
    static int mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).size();
    }

    /** How many file descriptors this process has open. */
    static int descriptors() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return (int) files.count();
        }
    }

    /** How many processes are children of this one, directly or not. */
    static long descendants() {
        return ProcessHandle.current().descendants().count();
    }
}

package dev.codeinterpreter.product;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the kernel of this machine knows: it shows the processes of every sandbox. */
final class Processes {
    private Processes() {}

    /** A time to sleep for that nobody else uses, so that it identifies a program. */
    static String uniqueSeconds(int seconds) {
        return seconds + ".0" + (System.nanoTime() & 0xfffffff);
    }

    /** The command lines, words joined by spaces, in which {@code argument} is a word. */
    static List<String> withArgument(String argument) {
        return commandLines().stream()
                .filter(words -> words.contains(argument))
                .map(words -> String.join(" ", words))
                .toList();
    }

    /** The command lines in which {@code text} occurs. */
    static List<String> mentioning(String text) {
        return commandLines().stream()
                .map(words -> String.join(" ", words))
                .filter(line -> line.contains(text))
                .toList();
    }

    private static List<List<String>> commandLines() {
        List<List<String>> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            for (Path entry : entries.toList()) {
                if (entry.getFileName().toString().matches("\\d+")) {
                    commandLine(entry).ifPresent(found::add);
                }
            }
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
        return found;
    }

    private static Optional<List<String>> commandLine(Path process) {
        try {
            String words = new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8);
            return words.isEmpty() ? Optional.empty() : Optional.of(Arrays.asList(words.split("\0")));
        } catch (IOException endedMeanwhile) {
            return Optional.empty();
        }
    }
}

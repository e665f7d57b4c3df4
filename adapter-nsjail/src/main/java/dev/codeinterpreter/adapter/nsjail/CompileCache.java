package dev.codeinterpreter.adapter.nsjail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What compilers have made of sources that came before, so that the same source need not be compiled again. Whoever may share it
 * has one scope; programs of different scopes never meet, since a hit would tell that somebody else has run the same text. Lives as
 * long as the server, in files below its own directory; the least recently used go first. Safe for use by many threads.
 */
final class CompileCache {

    private static final Logger LOG = LoggerFactory.getLogger(CompileCache.class);
    private static final long LONGEST_BYTES = 16L << 20;

    /** Text that compiles to something else each time, or reads files whose content is not part of the key. */
    private static final Pattern NOT_REPEATABLE = Pattern.compile(
            "__DATE__|__TIME__|__TIMESTAMP__|#\\s*embed|\\.incbin|include!|include_(?:str|bytes)!|env!|//go:embed");

    /** A program that was compiled. */
    static final class Compiled {

        private final Path file;
        private final long size;
        private final byte[] diagnostics;

        private Compiled(Path file, long size, byte[] diagnostics) {
            this.file = file;
            this.size = size;
            this.diagnostics = diagnostics;
        }

        /** Its bytes; may be gone, which is a miss. */
        Path file() {
            return file;
        }

        long size() {
            return size;
        }

        /** What the compiler said nevertheless; not to be changed. */
        byte[] diagnostics() {
            return diagnostics;
        }
    }

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path directory;
    private final long maximumBytes;
    private final Map<String, Compiled> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;
    private long hits;
    private long misses;

    /**
     * An empty one.
     *
     * @param directory made when the first program is kept; only the server can reach what is in it
     * @param maximumBytes of all entries together; 0 keeps none
     */
    CompileCache(Path directory, long maximumBytes) {
        this.directory = directory;
        this.maximumBytes = maximumBytes;
    }

    /** The longest program that is kept: one should not push out all others. */
    long longestEntry() {
        return Math.min(maximumBytes / 8, LONGEST_BYTES);
    }

    /**
     * The name under which the result of compiling a source is kept.
     *
     * @param scope who may share it; nobody, when empty
     * @return empty when it must not be kept
     */
    Optional<String> key(String scope, Toolchain toolchain, byte[] source) {
        if (scope.isEmpty()
                || maximumBytes == 0
                || toolchain.artefact().isEmpty()
                || NOT_REPEATABLE
                        .matcher(new String(source, StandardCharsets.UTF_8))
                        .find()) {
            return Optional.empty();
        }
        MessageDigest digest = sha256();
        add(digest, scope);
        add(digest, toolchain.language().code());
        for (Toolchain.Step step : toolchain.compile()) {
            step.command().forEach(word -> add(digest, word));
            step.environment().forEach((name, value) -> add(digest, name + "=" + value));
            add(digest, "");
        }
        toolchain.environment().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> add(digest, entry.getKey() + "=" + entry.getValue()));
        toolchain.needs().forEach(tool -> add(digest, version(tool)));
        return Optional.of(HexFormat.of().formatHex(digest.digest(source)));
    }

    /** A tool that was replaced has another size or time. */
    private static String version(Path tool) {
        try {
            Path real = tool.toRealPath();
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            return real + " " + attributes.size() + " " + attributes.lastModifiedTime();
        } catch (IOException missing) {
            return tool + " is missing";
        }
    }

    private static void add(MessageDigest digest, String word) {
        digest.update(word.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    Optional<Compiled> find(String key) {
        synchronized (entries) {
            Compiled found = entries.get(key);
            if (found == null) {
                misses++;
            } else {
                hits++;
            }
            return Optional.ofNullable(found);
        }
    }

    /** Keeps a program. What cannot be written is not kept. */
    void keep(String key, ByteArrayOutputStream program, byte[] diagnostics) {
        Path file = directory.resolve(key);
        try {
            if (Files.notExists(directory)) {
                Files.createDirectories(directory, OWNER_ONLY);
            }
            Path unfinished = Files.createTempFile(directory, "", ".tmp");
            Files.write(unfinished, program.toByteArray());
            Files.move(unfinished, file);
        } catch (IOException e) {
            LOG.warn("A compiled program cannot be kept in {}", directory, e);
            return;
        }
        synchronized (entries) {
            Compiled added = new Compiled(file, program.size(), diagnostics);
            Compiled replaced = entries.put(key, added);
            bytes += weight(added) - (replaced == null ? 0 : weight(replaced));
            evict();
        }
    }

    private void evict() {
        Iterator<Compiled> eldest = entries.values().iterator();
        while (bytes > maximumBytes && eldest.hasNext()) {
            Compiled gone = eldest.next();
            eldest.remove();
            bytes -= weight(gone);
            try {
                Files.deleteIfExists(gone.file());
            } catch (IOException e) {
                LOG.warn("Cannot remove {}", gone.file(), e);
            }
        }
    }

    private static long weight(Compiled compiled) {
        return compiled.size() + compiled.diagnostics().length;
    }

    /** How many programs are kept. */
    int size() {
        synchronized (entries) {
            return entries.size();
        }
    }

    /** How many lookups found one. */
    long hits() {
        synchronized (entries) {
            return hits;
        }
    }

    /** How many lookups found none. */
    long misses() {
        synchronized (entries) {
            return misses;
        }
    }
}

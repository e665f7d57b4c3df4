package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** What we bring into a jail ourselves: the guard, small files for runtimes, and a made-up {@code /etc}. */
final class RuntimeFiles {

    private final Path directory;
    private final Path guard;

    private RuntimeFiles(Path directory, Path guard) {
        this.directory = directory;
        this.guard = guard;
    }

    /**
     * Unpacks them.
     *
     * @param directory made; every user can read it
     * @throws UnavailableException when this build has no guard for this machine's architecture
     */
    static RuntimeFiles unpack(Path directory, int uid) throws IOException {
        Files.createDirectory(directory);
        Path guard = directory.resolve("sandbox-init");
        String machine = switch (System.getProperty("os.arch", "")) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64" -> "aarch64";
            case String other -> other;
        };
        copy("native/sandbox-init-" + machine, guard);
        Files.setPosixFilePermissions(guard, PosixFilePermissions.fromString("rwxr-xr-x"));
        copy("native/sandbox-zygote-" + machine + ".so", directory.resolve("sandbox-zygote.so"));
        Path runtime = Files.createDirectory(directory.resolve("rt"));
        for (String name : List.of(
                "pre.cjs",
                "park.cjs",
                "warm.mjs",
                "park.php",
                "park.R",
                "tsconfig.json",
                "run_program.py",
                "session_state.py",
                "zygote.py")) {
            copy("runtime/" + name, runtime.resolve(name));
        }
        Path classes = Files.createDirectories(runtime.resolve("java/dev/codeinterpreter/adapter/nsjail/runtime"));
        for (String name : List.of(
                "CompileJava.class",
                "CompileJava$AnyName.class",
                "CompileJava$MainClassListener.class",
                "Exercise.txt",
                "MainMethod.class",
                "MainMethod$NotFound.class",
                "MemoryCompiler.class",
                "MemoryCompiler$Compiled.class",
                "MemoryCompiler$InMemory.class",
                "MemoryCompiler$InMemory$1.class",
                "MemoryCompiler$Text.class",
                "ParkedJava.class",
                "ProgramLoader.class")) {
            copy("runtime/" + name, classes.resolve(name));
        }
        Path etc = Files.createDirectory(directory.resolve("etc"));
        Files.writeString(etc.resolve("passwd"), """
                root:x:0:0:root:/:/usr/sbin/nologin
                sandbox:x:%d:%d::/tmp:/bin/bash
                nobody:x:65534:65534::/:/usr/sbin/nologin
                """.formatted(uid, uid));
        Files.writeString(etc.resolve("group"), """
                root:x:0:
                sandbox:x:%d:
                nogroup:x:65534:
                """.formatted(uid));
        Files.writeString(etc.resolve("hosts"), "127.0.0.1 localhost sandbox\n::1 localhost\n");
        Files.writeString(etc.resolve("nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files dns\n");
        return new RuntimeFiles(directory, guard);
    }

    private static void copy(String resource, Path target) throws IOException {
        try (InputStream in = RuntimeFiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new UnavailableException(
                        "sandboxes", "This build of adapter-nsjail has no " + resource + " for this machine");
            }
            Files.copy(in, target);
        }
    }

    /** The program that is pid 1 of a run. */
    Path guard() {
        return guard;
    }

    /** What of it a runtime loads that is to be forked. */
    Path zygoteLibrary() {
        return directory.resolve("sandbox-zygote.so");
    }

    /** Files of the runtimes, shown as {@code /rt}. */
    Path runtime() {
        return directory.resolve("rt");
    }

    /** A file of the made-up {@code /etc}. */
    Path etc(String name) {
        return directory.resolve("etc").resolve(name);
    }
}

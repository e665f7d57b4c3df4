package dev.codeinterpreter.adapter.nsjail.attack;

import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.NetworkPolicy;
import dev.codeinterpreter.core.sandbox.Program;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import dev.codeinterpreter.core.sandbox.RecordingOutput;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import dev.codeinterpreter.core.sandbox.SandboxSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/** How programs of an attack are run. */
final class Attacks {

    static final long MIB = 1L << 20;

    /** Enough for an ordinary program on a busy machine. */
    static final Limits LIMITS = Limits.DEFAULT
            .withWallTime(Duration.ofSeconds(60))
            .withMemoryBytes(256 * MIB)
            .withProcesses(64)
            .withDiskBytes(64 * MIB)
            .withOutputBytes(8 * MIB);

    /** For programs that end only because their time does. */
    static final Limits SHORT = LIMITS.withWallTime(Duration.ofSeconds(3));

    private Attacks() {}

    /** A new base directory that every user can reach. */
    static Path newBaseDirectory() throws IOException {
        Path base = Files.createTempDirectory(Path.of("/tmp"), "attacked");
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
        return base;
    }

    static Attempt bash(SandboxPort port, String code) {
        return bash(port, LIMITS, code);
    }

    static Attempt bash(SandboxPort port, Limits limits, String code) {
        return run(port, Language.BASH, limits, code);
    }

    static Attempt python(SandboxPort port, String code) {
        return python(port, LIMITS, code);
    }

    static Attempt python(SandboxPort port, Limits limits, String code) {
        return run(port, Language.PYTHON, limits, code);
    }

    /** Compiles and runs a program in C, inside of the sandbox. */
    static Attempt c(SandboxPort port, String code) {
        return run(port, Language.C, LIMITS, code);
    }

    private static Attempt run(SandboxPort port, Language language, Limits limits, String code) {
        try (Sandbox sandbox = port.open(new SandboxSpec(language, limits, NetworkPolicy.NONE, code))) {
            return run(sandbox, code);
        }
    }

    static Sandbox open(SandboxPort port, Language language) {
        return open(port, language, LIMITS);
    }

    static Sandbox open(SandboxPort port, Language language, Limits limits) {
        return port.open(new SandboxSpec(language, limits, NetworkPolicy.NONE));
    }

    static Attempt run(Sandbox sandbox, String code) {
        return run(sandbox, program(code, ProgramInput.empty()));
    }

    static Attempt run(Sandbox sandbox, Program program) {
        RecordingOutput output = new RecordingOutput();
        return new Attempt(sandbox.run(program, output), output);
    }

    static Program program(String code, ProgramInput input) {
        return new Program(code, List.of(), input);
    }

    static void put(Sandbox sandbox, String name, boolean readOnly, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        sandbox.put(new FileName(name), bytes.length, readOnly, new ByteArrayInputStream(bytes));
    }

    static byte[] fetch(Sandbox sandbox, String name) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        sandbox.fetch(new FileName(name), 64 * MIB, target);
        return target.toByteArray();
    }

    /** The names of the listing, sorted. */
    static List<String> names(Sandbox sandbox) {
        return sandbox.files().stream()
                .map(file -> file.name().value())
                .sorted()
                .toList();
    }
}

package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.language.Language;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/** What the contracts of sandboxes have in common. */
final class Runs {

    static final long MIB = 1L << 20;

    /** Enough for every ordinary program of a contract on a busy machine, and little enough to reach. */
    static final Limits LIMITS = Limits.DEFAULT
            .withWallTime(Duration.ofSeconds(60))
            .withMemoryBytes(256 * MIB)
            .withProcesses(64)
            .withDiskBytes(64 * MIB)
            .withOutputBytes(8 * MIB);

    private Runs() {}

    /** Runs a bash program in a sandbox of its own. */
    static SandboxRun bash(SandboxPort port, String code) {
        return bash(port, LIMITS, code);
    }

    static SandboxRun bash(SandboxPort port, Limits limits, String code) {
        return run(port, Language.BASH, limits, program(code));
    }

    /** Runs a Python program in a sandbox of its own. */
    static SandboxRun python(SandboxPort port, Limits limits, String code) {
        return run(port, Language.PYTHON, limits, program(code));
    }

    static SandboxRun run(SandboxPort port, Language language, Limits limits, Program program) {
        try (Sandbox sandbox = port.open(new SandboxSpec(language, limits, NetworkPolicy.NONE, program.source()))) {
            return run(sandbox, program);
        }
    }

    static SandboxRun run(Sandbox sandbox, Program program) {
        RecordingOutput output = new RecordingOutput();
        return new SandboxRun(sandbox.run(program, output), output);
    }

    static SandboxRun run(Sandbox sandbox, String code) {
        return run(sandbox, program(code));
    }

    /** A sandbox for a bash program. */
    static Sandbox open(SandboxPort port) {
        return open(port, LIMITS);
    }

    static Sandbox open(SandboxPort port, Limits limits) {
        return port.open(new SandboxSpec(Language.BASH, limits, NetworkPolicy.NONE));
    }

    static Program program(String code, String... arguments) {
        return new Program(code, List.of(arguments), ProgramInput.empty());
    }

    static Program program(String code, InputStream input) {
        return new Program(code, List.of(), ProgramInput.of(input));
    }

    static void put(Sandbox sandbox, String name, String content) throws IOException {
        put(sandbox, name, false, content);
    }

    static void put(Sandbox sandbox, String name, boolean readOnly, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        sandbox.put(new FileName(name), bytes.length, readOnly, new ByteArrayInputStream(bytes));
    }

    static String fetch(Sandbox sandbox, String name) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        sandbox.fetch(new FileName(name), 64 * MIB, target);
        return target.toString(StandardCharsets.UTF_8);
    }

    /** The listing as names and sizes: {@code a.txt 3}. */
    static List<String> listing(Sandbox sandbox) {
        return sandbox.files().stream()
                .map(file -> file.name() + " " + file.size())
                .sorted()
                .collect(Collectors.toList());
    }

    /** An argument for {@code sleep}, longer than any test, that no other process on this machine has. */
    static String uniqueSleep() {
        return "4000." + ThreadLocalRandom.current().nextInt(100_000_000, 1_000_000_000);
    }

    /** Whether a {@code sleep} with this argument runs on this machine, in whatever namespace. */
    static boolean isSleeping(String argument) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (commandLine(process).endsWith("sleep\0" + argument + "\0")) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String commandLine(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}

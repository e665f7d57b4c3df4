package dev.codeinterpreter.adapter.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a program of these tests in a JVM of its own. */
final class ChildJvm {

    private ChildJvm() {}

    static Process start(Class<?> program, String... arguments) throws IOException {
        return new ProcessBuilder(command(program, arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** With no file growing beyond {@code bytes}: a write that would makes it fail as on a full disk. */
    static Process startWithFilesUpTo(long bytes, Class<?> program, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -f " + bytes / 512 + " && exec \"$@\"", "limited"));
        command.addAll(command(program, arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static List<String> command(Class<?> program, String... arguments) {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", "."));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                classPath,
                program.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}

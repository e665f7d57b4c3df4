package dev.codeinterpreter.adapter.nsjail.runtime;

import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A Java that is started ahead of its program: compiles and runs an exercise until it is warm, says that it waits, then compiles the
 * program in memory and runs it as the java command would. Arguments: class path of programs.
 */
final class ParkedJava {

    /** More rounds gain nothing that can be measured; see docs/languages.md. */
    private static final int EXERCISES = 2;

    private static final int REQUEST_FIXED_BYTES = 17;
    private static final int ARGUMENT_COUNT_AT = 13;

    private ParkedJava() {}

    public static void main(String[] args) throws Throwable {
        String classPath = args[0];
        OutputStream told = new FileOutputStream("/dev/fd/4");
        MemoryCompiler compiler = new MemoryCompiler(classPath);
        exercise(compiler);
        told.write('r');
        List<String> words = receive();
        Optional<MemoryCompiler.Compiled> compiled = compiler.compile(Path.of(words.getFirst()), System.err);
        if (compiled.isEmpty()) {
            told.write(1);
            System.exit(1);
        }
        told.write('b');
        told.close();
        System.setProperty("java.class.path", classPath);
        run(compiled.get(), words.subList(1, words.size()).toArray(String[]::new));
    }

    /** What is thrown by the program's main method leaves ours as well, without our frames: the java command then reports it. */
    private static void run(MemoryCompiler.Compiled compiled, String[] arguments) throws Throwable {
        ProgramLoader loader = new ProgramLoader(compiled);
        Thread.currentThread().setContextClassLoader(loader);
        try {
            MainMethod.of(compiled.mainClass(), loader).invoke(arguments);
        } catch (MainMethod.NotFound notFound) {
            System.err.println(notFound.getMessage());
            System.exit(1);
        } catch (Throwable fromProgram) {
            MainMethod.hideOwnFrames(fromProgram);
            throw fromProgram;
        }
    }

    private static void exercise(MemoryCompiler compiler) throws Throwable {
        PrintStream out = System.out;
        PrintStream err = System.err;
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        System.setOut(nowhere);
        System.setErr(nowhere);
        try {
            for (int round = 0; round < EXERCISES; round++) {
                MemoryCompiler.Compiled compiled = compiler.compile("Exercise.java", exerciseText(), nowhere)
                        .orElseThrow();
                ProgramLoader loader = new ProgramLoader(compiled);
                MainMethod.of(compiled.mainClass(), loader).invoke(new String[] {"a"});
                loader.close();
            }
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private static String exerciseText() throws IOException {
        try (InputStream text = ParkedJava.class.getResourceAsStream("Exercise.txt")) {
            if (text == null) {
                throw new IOException("Exercise.txt is missing");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The words of the command line: the source file and the arguments. The layout is that of an EXEC frame, see sandbox.h. */
    private static List<String> receive() throws IOException {
        byte[] payload;
        try (DataInputStream control = new DataInputStream(new FileInputStream("/dev/fd/3"))) {
            payload = new byte[control.readInt()];
            control.readFully(payload);
        }
        int count = (payload[ARGUMENT_COUNT_AT] & 0xff) << 8 | (payload[ARGUMENT_COUNT_AT + 1] & 0xff);
        List<String> words = new ArrayList<>(count);
        int begin = REQUEST_FIXED_BYTES;
        for (int at = begin; words.size() < count; at++) {
            if (payload[at] == 0) {
                words.add(new String(Arrays.copyOfRange(payload, begin, at), StandardCharsets.UTF_8));
                begin = at + 1;
            }
        }
        return words;
    }
}

package dev.codeinterpreter.adapter.nsjail.runtime;

import com.sun.source.util.JavacTask;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles one source file after the other into memory, and keeps open what it has opened. Used by one thread. */
final class MemoryCompiler {

    /**
     * What came out.
     *
     * @param classes by binary name
     * @param mainClass the class to be started; empty when the source declares none
     */
    record Compiled(Map<String, byte[]> classes, String mainClass, String classPath) {}

    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    private final StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
    private final String classPath;

    MemoryCompiler(String classPath) {
        this.classPath = classPath;
    }

    /** Empty when it does not compile; {@code errors} has got javac's text then. */
    Optional<Compiled> compile(Path source, PrintStream errors) throws IOException {
        return compile(source.getFileName().toString(), Files.readString(source, StandardCharsets.UTF_8), errors);
    }

    Optional<Compiled> compile(String name, String text, PrintStream errors) {
        PrintWriter writer = new PrintWriter(errors, true, StandardCharsets.UTF_8);
        Map<String, ByteArrayOutputStream> outputs = new LinkedHashMap<>();
        List<String> mainClasses = new ArrayList<>();
        JavacTask task = (JavacTask) compiler.getTask(
                writer,
                new InMemory(files, outputs),
                null,
                CompileJava.options(classPath),
                null,
                List.of(new CompileJava.AnyName(new Text(name, text))));
        task.addTaskListener(new CompileJava.MainClassListener(mainClasses));
        boolean compiles = task.call();
        writer.flush();
        if (!compiles) {
            return Optional.empty();
        }
        Map<String, byte[]> classes = new LinkedHashMap<>();
        outputs.forEach((className, bytes) -> classes.put(className, bytes.toByteArray()));
        return Optional.of(new Compiled(classes, mainClasses.getFirst(), classPath));
    }

    private static final class Text extends SimpleJavaFileObject {

        private final String name;
        private final String text;

        Text(String name, String text) {
            super(URI.create("memory:///" + name), Kind.SOURCE);
            this.name = name;
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }

        /** Diagnostics begin with this. */
        @Override
        public String getName() {
            return name;
        }
    }

    private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {

        private final Map<String, ByteArrayOutputStream> outputs;

        InMemory(JavaFileManager files, Map<String, ByteArrayOutputStream> outputs) {
            super(files);
            this.outputs = outputs;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + className.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    outputs.put(className, bytes);
                    return bytes;
                }
            };
        }
    }
}

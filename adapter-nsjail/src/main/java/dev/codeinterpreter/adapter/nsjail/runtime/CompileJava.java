package dev.codeinterpreter.adapter.nsjail.runtime;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;
import javax.tools.ForwardingJavaFileObject;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles one source file whatever its public class is called, and says how to start it: writes a file of arguments
 * for the java command. Arguments: source file, directory for classes, class path of the program, file of arguments.
 * Exit status 1 and javac's text on standard error when the source does not compile.
 */
final class CompileJava {

    private CompileJava() {}

    public static void main(String[] args) throws IOException {
        Path source = Path.of(args[0]);
        String classPath = args[2];
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        PrintWriter errors = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            JavaFileObject object = files.getJavaFileObjects(source).iterator().next();
            List<String> options = new ArrayList<>(options(classPath));
            options.add("-d");
            options.add(args[1]);
            JavacTask task =
                    (JavacTask) compiler.getTask(errors, files, null, options, null, List.of(new AnyName(object)));
            List<String> mainClasses = new ArrayList<>();
            task.addTaskListener(new MainClassListener(mainClasses));
            if (!task.call()) {
                System.exit(1);
            }
            String main = mainClasses.getFirst();
            Files.writeString(Path.of(args[3]), "-cp \"" + args[1] + ":" + classPath + "\"\n" + main + "\n");
        }
    }

    static List<String> options(String classPath) {
        return List.of("-cp", classPath, "-g", "-proc:none", "-XDsuppressNotes=true", "-nowarn", "-encoding", "UTF-8");
    }

    /** The first class with a main method that the java command accepts; static with arguments goes before the rest. */
    private static String mainClass(CompilationUnitTree unit) {
        String packageName = unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
        String best = "";
        int bestRank = 0;
        for (Tree declaration : unit.getTypeDecls()) {
            if (declaration instanceof ClassTree type) {
                int rank = 1;
                for (Tree member : type.getMembers()) {
                    if (member instanceof MethodTree method && method.getName().contentEquals("main")) {
                        rank = Math.max(rank, rank(method));
                    }
                }
                if (rank > bestRank) {
                    best = packageName + type.getSimpleName();
                    bestRank = rank;
                }
            }
        }
        return best;
    }

    private static int rank(MethodTree method) {
        boolean isStatic = method.getModifiers().getFlags().contains(Modifier.STATIC);
        boolean isPrivate = method.getModifiers().getFlags().contains(Modifier.PRIVATE);
        int parameters = method.getParameters().size();
        if (isPrivate || parameters > 1) {
            return 1;
        }
        return 2 + (parameters == 1 ? 1 : 0) + (isStatic ? 2 : 0);
    }

    /** Looks at the tree right after parsing: later steps take it apart. */
    static final class MainClassListener implements TaskListener {

        private final List<String> found;

        MainClassListener(List<String> found) {
            this.found = found;
        }

        @Override
        public void finished(TaskEvent event) {
            if (event.getKind() == TaskEvent.Kind.PARSE) {
                found.add(mainClass(event.getCompilationUnit()));
            }
        }
    }

    static final class AnyName extends ForwardingJavaFileObject<JavaFileObject> {
        AnyName(JavaFileObject file) {
            super(file);
        }

        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return true;
        }
    }
}

package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.language.Language;
import java.util.List;

/** A program that shows how its runtime behaves. */
record SampleProgram(Language language, String name, String source) {

    @Override
    public String toString() {
        return language.code() + ": " + name;
    }

    static List<SampleProgram> all() {
        return List.of(
                js("its command line", """
                        console.log(process.argv, process.execArgv, __filename, require.main === module);
                        """),
                js("uncaught error", """
                        console.log('before');
                        function f() { throw new TypeError('on purpose'); }
                        f();
                        """),
                js("rejected promise", "console.log('before'); Promise.reject(new Error('on purpose'));"),
                js("syntax error", "console.log('before');\nlet x = ;\n"),
                js("exit code", "process.on('exit', c => console.log('exit', c)); process.exitCode = 5;"),
                js("late work", """
                        setTimeout(() => console.log('timer'), 20);
                        Promise.resolve().then(() => console.log('promise'));
                        process.on('beforeExit', () => { if (!globalThis.x) { globalThis.x = 1; console.log('end'); } });
                        console.log('first');
                        """),
                js("module", """
                        import { basename } from 'node:path';
                        import os from 'node:os';
                        const late = await new Promise(r => setTimeout(r, 5, 'late'));
                        console.log(basename('/x/y'), late, import.meta.url, typeof os.EOL, process.argv.length);
                        throw new Error('on purpose');
                        """),
                js("fork and worker", """
                        const { fork } = require('child_process');
                        const { Worker, isMainThread } = require('worker_threads');
                        if (process.argv[2] === 'child') { console.log('in the fork'); }
                        else if (!isMainThread) { console.log('in the worker'); }
                        else new Worker(__filename).on('exit', () => fork(__filename, ['child']));
                        """),
                js("descriptors", "console.log(require('fs').readdirSync('/proc/self/fd').length < 40, process.env);"),
                js("empty", "process.stderr.write('error'); process.stdout.write('out');"),
                ts("trace", """
                        interface A { b: number }
                        const a: A = { b: 1 };
                        console.log(process.argv, process.execArgv, a);
                        function fails(): never { throw new Error('on purpose'); }
                        fails();
                        """),
                ts("type error", "console.log('before');\nconst a: number = 'text';\n"),
                ts("syntax error", "console.log('before');\nconst a: = ;\n"),
                php("its command line", """
                        <?php
                        var_dump($argv, $argc, $_SERVER['argv'], __FILE__, $_SERVER['SCRIPT_NAME'], $_SERVER['PHP_SELF']);
                        print_r(array_diff(array_keys(get_defined_vars()), ['_GET', '_POST', '_COOKIE', '_FILES', '_SERVER']));
                        print_r(get_defined_functions()['user']);
                        """),
                php("exception", """
                        <?php
                        echo "before\\n";
                        function f($x) { throw new RuntimeException('on purpose', 3, new Error('cause')); }
                        f(1);
                        """),
                php("warning", "<?php echo $nothing; echo 1/2, \"\\n\"; trigger_error('on purpose'); exit(4);"),
                php("syntax error", "<?php\necho 'before';\nfunction ( {\n"),
                php("shutdown", """
                        <?php
                        register_shutdown_function(function () { echo "shutdown\\n"; });
                        class D { function __destruct() { echo "destruct\\n"; } }
                        $d = new D(); ob_start(); echo "buffered\\n"; fwrite(STDERR, "error\\n");
                        exit(3);
                        """),
                php("text alone", "no tag at all\n"),
                php("strict types", "<?php declare(strict_types=1); namespace A; echo __NAMESPACE__, strlen(5);"),
                r("its command line", """
                        print(commandArgs()); print(commandArgs(trailingOnly = TRUE)); print(search())
                        print(ls(all.names = TRUE)); print(interactive()); print(loadedNamespaces())
                        Sys.getenv("R_PROFILE"); nchar(tempdir()) > 5; getwd(); sys.call()
                        """),
                r(
                        "auto print",
                        "x <- c(a = 1, b = 2)\nx\ninvisible(3)\n'text'\nif (TRUE) 5\nNULL\nwarning('careful')\n"),
                r("error", "f <- function() stop('on purpose')\nprint('before')\nf()\nprint('after')\n"),
                r("syntax error", "print('before')\nx <- 2\ny <- <- 3\n"),
                r("unfinished", "print('before')\nf <- function( {\n"),
                r("exit code", "print('before'); .Last <- function() cat('last\\n'); quit(status = 7)"),
                r("warnings", "for (i in 1:3) warning(paste('w', i)); message('m'); as.integer('x')"),
                r("classes", """
                        setClass('P', representation(x = 'numeric')); p <- new('P', x = 1); p
                        set.seed(1); round(rnorm(2), 4); d <- data.frame(a = 1:2); summary(d); lm(a ~ 1, d)
                        exists('.Random.seed')
                        """),
                java("its command line", """
                        import java.util.*;
                        public class Anything { public static void main(String[] args) throws Exception {
                          System.out.println(Arrays.toString(args)); System.err.println(System.getProperty("user.dir"));
                          System.out.println(Anything.class.getPackageName() + Thread.currentThread().getName());
                          System.out.println(Class.forName("Other").getName() + new TreeMap<>(System.getenv()));
                          System.out.println(Anything.class.getClassLoader().getResourceAsStream("Other.class") != null);
                        } }
                        class Other {}
                        """),
                java("exception", """
                        public class A { static void f() { Object o = null; o.hashCode(); }
                          public static void main(String[] args) { System.out.println("before");
                            try { f(); } catch (Exception e) { throw new IllegalStateException("on purpose", e); } } }
                        """),
                java("exit in a thread", """
                        public class A { public static void main(String[] args) throws Exception {
                          Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
                          new Thread(() -> { try { Thread.sleep(50); } catch (InterruptedException e) { }
                            System.out.println("thread"); System.exit(9); }).start();
                          throw new Exception("on purpose"); } }
                        """),
                java("two compile errors", "class A {\n  void main() {\n    int x = \"a\";\n    y = 2;\n  }\n}\n"),
                java("no main", "class A { }"),
                java("private constructor", "class A { private A() { } void main() { } }"),
                java("failing initializer", """
                        class A { static int x = Integer.parseInt("x"); public static void main(String[] a) { } }
                        """),
                java("failing constructor", "class A { A() { throw new Error(\"on purpose\"); } void main() { } }"),
                java(
                        "compact",
                        "String s() { return \"here\"; }\nvoid main(String[] a) { IO.println(s() + a.length); }\n"),
                java("instance in a package", """
                        package a.b; import java.util.stream.*;
                        record R(int x) { void main() { System.out.println(IntStream.of(1, 2).sum()); } R() { this(1); } }
                        """),
                java("wrong end", """
                        public class A { static int depth(int n) { return depth(n + 1) + 1; }
                          public static void main(String[] args) {
                            try { depth(0); } catch (StackOverflowError e) { System.out.println("deep"); }
                            Thread t = new Thread(() -> { throw new RuntimeException("in a thread"); }, "worker");
                            t.start(); } }
                        """));
    }

    private static SampleProgram js(String name, String source) {
        return new SampleProgram(Language.JAVASCRIPT, name, source);
    }

    private static SampleProgram ts(String name, String source) {
        return new SampleProgram(Language.TYPESCRIPT, name, source);
    }

    private static SampleProgram php(String name, String source) {
        return new SampleProgram(Language.PHP, name, source);
    }

    private static SampleProgram r(String name, String source) {
        return new SampleProgram(Language.R, name, source);
    }

    private static SampleProgram java(String name, String source) {
        return new SampleProgram(Language.JAVA, name, source);
    }

    /** Shows each line of its input. */
    static String reader(Language language) {
        return switch (language) {
            case JAVASCRIPT, TYPESCRIPT ->
                "require('fs').readFileSync(0, 'utf8').trim().split('\\n').forEach(l => console.log(`<${l}>`));";
            case PHP -> "<?php while (($l = fgets(STDIN)) !== false) { echo '<', trim($l), \">\\n\"; }";
            case R -> "for (l in readLines(file('stdin'))) cat('<', l, '>\\n', sep = '')";
            case JAVA ->
                "void main() { String l; while ((l = IO.readln()) != null) { IO.println(\"<\" + l + \">\"); } }";
            default -> throw new IllegalArgumentException(language.toString());
        };
    }

    /** Says something and never ends. */
    static String endless(Language language) {
        return switch (language) {
            case JAVASCRIPT, TYPESCRIPT -> "console.log('before'); for (;;) {}";
            case PHP -> "<?php echo \"before\\n\"; while (true) {}";
            case R -> "cat('before\\n'); repeat {}";
            case JAVA -> "void main() { IO.println(\"before\"); while (true) {} }";
            default -> throw new IllegalArgumentException(language.toString());
        };
    }

    /** Says what an earlier one has left in the same process or in its files, and leaves something. */
    static String leavesTrace(Language language) {
        return switch (language) {
            case JAVASCRIPT -> """
                    const fs = require('fs');
                    console.log(globalThis.trace ?? (fs.existsSync('/tmp/trace') ? 'file' : 'nothing'));
                    globalThis.trace = 'memory'; fs.writeFileSync('/tmp/trace', '');
                    """;
            case PHP -> """
                    <?php
                    echo getenv('TRACE') ?: (file_exists('/tmp/trace') ? 'file' : 'nothing'), "\\n";
                    putenv('TRACE=memory'); touch('/tmp/trace');
                    """;
            case R -> """
                    cat(if (exists('trace_left')) 'memory' else if (file.exists('/tmp/trace')) 'file' else 'nothing', '\\n', sep = '')
                    trace_left <- 1; invisible(file.create('/tmp/trace'))
                    """;
            case JAVA -> """
                    void main() throws Exception {
                        IO.println(System.getProperty("trace", new java.io.File("/tmp/trace").exists() ? "file" : "nothing"));
                        System.setProperty("trace", "memory");
                        new java.io.File("/tmp/trace").createNewFile();
                    }
                    """;
            default -> throw new IllegalArgumentException(language.toString());
        };
    }
}

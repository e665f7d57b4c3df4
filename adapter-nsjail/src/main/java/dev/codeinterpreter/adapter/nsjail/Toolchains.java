package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.language.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table of toolchains: what {@code docker/setup.sh} installs, and how it is called. */
final class Toolchains {

    private static final String WORK = "/tmp/code";
    private static final String DATA = "/mnt/data";

    private final Path home;
    private final Map<Language, Toolchain> table;

    private Toolchains(Path home) {
        this.home = home;
        this.table =
                Arrays.stream(Language.values()).collect(Collectors.toUnmodifiableMap(Function.identity(), this::of));
    }

    /** The table for toolchains below {@code home} and below {@code /usr}. */
    static Toolchains in(Path home) {
        return new Toolchains(home);
    }

    Toolchain toolchain(Language language) {
        Toolchain toolchain = table.get(language);
        if (toolchain == null) {
            throw new IllegalStateException("no toolchain for " + language);
        }
        return toolchain;
    }

    /** What every program finds in its environment; nothing of the server's own is passed on. */
    Map<String, String> commonEnvironment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put(
                "PATH",
                Stream.of("python", "node", "java", "go", "rust")
                                .map(tool -> home.resolve(tool).resolve("bin").toString())
                                .collect(Collectors.joining(":"))
                        + ":/usr/local/bin:/usr/bin:/bin");
        environment.put("HOME", "/tmp");
        environment.put("TMPDIR", "/tmp");
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("TZ", "UTC");
        return environment;
    }

    /** Files and directories that compilers and runtimes read each time, the most used first. */
    List<Path> oftenRead() {
        return Stream.concat(
                        Stream.of(
                                        "node/bin/node",
                                        "java/lib/modules",
                                        "java/lib/server",
                                        "js/node_modules/@typescript",
                                        "js/node_modules/@esbuild",
                                        "js/node_modules/@types",
                                        "go/pkg/tool",
                                        "cache/go",
                                        "rust/lib")
                                .map(home::resolve),
                        Stream.of(
                                        "/usr/lib/gcc",
                                        "/usr/libexec/gcc",
                                        "/usr/include/c++",
                                        "/usr/lib/php",
                                        "/usr/lib/R/lib",
                                        "/usr/lib/R/library",
                                        "/usr/bin/ldc2",
                                        "/usr/bin/php")
                                .map(Path::of))
                .toList();
    }

    /** matplotlib's list of fonts, made when it was installed: without it each first plot searches the disk. */
    Optional<Path> fontList() {
        Path directory = home.resolve("cache/matplotlib");
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("fontlist-"))
                    .findFirst();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private Toolchain of(Language language) {
        return switch (language) {
            case PYTHON -> python();
            case JAVASCRIPT -> javascript();
            case TYPESCRIPT -> typescript();
            case GO -> go();
            case JAVA -> java();
            case C ->
                compiled(
                        language,
                        "code.c",
                        List.of(
                                "/usr/bin/gcc",
                                "-std=gnu17",
                                "-O0",
                                "-pipe",
                                "-fuse-ld=mold",
                                "-fdiagnostics-color=never"),
                        List.of("-iquote", DATA, "-o", "code", "code.c", "-lm", "-pthread"));
            case CPP ->
                compiled(
                        language,
                        "code.cpp",
                        List.of(
                                "/usr/bin/g++",
                                "-std=gnu++20",
                                "-O0",
                                "-pipe",
                                "-fuse-ld=mold",
                                "-fdiagnostics-color=never"),
                        List.of("-iquote", DATA, "-o", "code", "code.cpp", "-pthread"));
            case PHP -> php();
            case RUST ->
                compiled(
                        language,
                        "code.rs",
                        List.of(home.resolve("rust/bin/rustc").toString(), "--edition", "2021", "--color", "never"),
                        List.of(
                                "-C",
                                "opt-level=0",
                                "-C",
                                "debuginfo=0",
                                "-C",
                                "strip=symbols",
                                "-C",
                                "link-arg=-fuse-ld=mold",
                                "-o",
                                "code",
                                "code.rs"));
            case R -> r();
            case FORTRAN ->
                compiled(
                        language,
                        "code.f90",
                        List.of(
                                "/usr/bin/gfortran",
                                "-O0",
                                "-g",
                                "-pipe",
                                "-fuse-ld=mold",
                                "-fdiagnostics-color=never"),
                        List.of("-J", WORK, "-I", DATA, "-o", "code", "code.f90"));
            case D ->
                compiled(
                        language,
                        "code.d",
                        List.of("/usr/bin/ldc2", "-O0", "--od=" + WORK, "--of=" + WORK + "/code", "--linker=mold"),
                        List.of("-i", "-I" + DATA, "-J" + DATA, "code.d"));
            case BASH -> interpreted(language, "code.sh", List.of("/usr/bin/bash", WORK + "/code.sh"), Map.of());
        };
    }

    private Toolchain python() {
        String interpreter = pythonInterpreter().toString();
        return interpreted(
                Language.PYTHON,
                "code.py",
                List.of(interpreter, "/rt/run_program.py", WORK + "/code.py"),
                Map.of(
                        "PYTHONPATH", DATA,
                        "PYTHONUNBUFFERED", "1",
                        "PYTHONDONTWRITEBYTECODE", "1",
                        "MPLBACKEND", "Agg",
                        "MPLCONFIGDIR", "/tmp/.config/matplotlib"));
    }

    /** The interpreter of Python programs. */
    Path pythonInterpreter() {
        return home.resolve("python/bin/python3");
    }

    private Toolchain javascript() {
        String node = home.resolve("node/bin/node").toString();
        return interpreted(
                        Language.JAVASCRIPT,
                        "code.js",
                        List.of(node, "--no-warnings", "--require", "/rt/pre.cjs", WORK + "/code.js"),
                        Map.of())
                .startedAhead(parkedNode(), List.of(WORK + "/code.js"));
    }

    /** For JavaScript and what TypeScript becomes. */
    private ParkedRuntime parkedNode() {
        return new ParkedRuntime(
                "node",
                List.of(
                        home.resolve("node/bin/node").toString(),
                        "--no-warnings",
                        "--require",
                        "/rt/pre.cjs",
                        "--require",
                        "/rt/park.cjs",
                        WORK + "/code.js"),
                commonEnvironment(),
                "",
                false,
                false,
                50L << 20);
    }

    /** Checked by the compiler, written by esbuild: the compiler's own output moves as soon as a file of the user is imported. */
    private Toolchain typescript() {
        Path modules = home.resolve("js/node_modules");
        Path compiler = modules.resolve("@typescript/typescript-linux-" + nodeArchitecture() + "/lib/tsc");
        Path bundler = modules.resolve("@esbuild/linux-" + nodeArchitecture() + "/bin/esbuild");
        Path node = home.resolve("node/bin/node");
        Toolchain.Step check = new Toolchain.Step(
                List.of(inJail(modules, compiler), "--project", "/rt/tsconfig.json", "--pretty", "false"),
                Map.of("GOGC", "off", "GOMEMLIMIT", "300MiB"));
        Toolchain.Step emit = new Toolchain.Step(
                List.of(
                        inJail(modules, bundler),
                        "code.ts",
                        "--log-level=error",
                        "--target=node24",
                        "--sourcemap=inline",
                        "--outfile=" + WORK + "/code.js"),
                Map.of());
        return new Toolchain(
                Language.TYPESCRIPT,
                "code.ts",
                List.of(check, emit),
                List.of(
                        node.toString(),
                        "--no-warnings",
                        "--enable-source-maps",
                        "--require",
                        "/rt/pre.cjs",
                        WORK + "/code.js"),
                List.of("--enable-source-maps", WORK + "/code.js"),
                Map.of(),
                List.of(compiler, bundler, node),
                Optional.of(parkedNode()),
                "ts");
    }

    private static String inJail(Path modules, Path program) {
        return "/node_modules/" + modules.relativize(program);
    }

    private static String nodeArchitecture() {
        return System.getProperty("os.arch", "").equals("aarch64") ? "arm64" : "x64";
    }

    /** Compiler and linker directly, with the standard library compiled when it was installed: half the time of {@code go build}. */
    private Toolchain go() {
        Path go = home.resolve("go");
        String tools = go.resolve("pkg/tool/linux_" + (nodeArchitecture().equals("x64") ? "amd64" : "arm64")) + "/";
        String imports = home.resolve("cache/go/importcfg").toString();
        Toolchain.Step compile = new Toolchain.Step(
                List.of(
                        tools + "compile",
                        "-p",
                        "main",
                        "-complete",
                        "-trimpath",
                        WORK,
                        "-importcfg",
                        imports,
                        "-pack",
                        "-c=2",
                        "-o",
                        "main.a",
                        "code.go"),
                Map.of());
        Toolchain.Step link = new Toolchain.Step(
                List.of(tools + "link", "-importcfg", imports, "-s", "-w", "-buildmode=exe", "-o", "code", "main.a"),
                Map.of());
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("GOROOT", go.toString());
        environment.put("GOCACHE", home.resolve("cache/go/build").toString());
        environment.put("GOMODCACHE", "/tmp/gomod");
        environment.put("GOPATH", "/tmp/gopath");
        environment.put("GOFLAGS", "-trimpath -buildvcs=false");
        environment.put("GOPROXY", "off");
        environment.put("GOSUMDB", "off");
        environment.put("GOTELEMETRY", "off");
        environment.put("GOTOOLCHAIN", "local");
        environment.put("GOENV", "off");
        environment.put("CGO_ENABLED", "0");
        return new Toolchain(
                Language.GO,
                "code.go",
                List.of(compile, link),
                List.of(WORK + "/code"),
                List.of(),
                Map.copyOf(environment),
                List.of(Path.of(tools + "compile"), Path.of(imports)),
                Optional.empty(),
                "go");
    }

    private Toolchain java() {
        String java = home.resolve("java/bin/java").toString();
        Toolchain.Step compile = new Toolchain.Step(
                List.of(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-Xshare:auto",
                        "-Xmx{heapMegabytes}m",
                        "-cp",
                        "/rt/java",
                        "dev.codeinterpreter.adapter.nsjail.runtime.CompileJava",
                        "code.java",
                        WORK + "/classes",
                        DATA,
                        WORK + "/main.args"),
                Map.of());
        return new Toolchain(
                Language.JAVA,
                "code.java",
                List.of(compile),
                List.of(
                        java,
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-Xshare:auto",
                        "-Xmx{heapMegabytes}m",
                        "@" + WORK + "/main.args"),
                List.of(WORK + "/code.java"),
                Map.of(),
                List.of(Path.of(java)),
                Optional.of(parkedJava(java)),
                "java");
    }

    /** The first compiler alone is twice as fast for programs that take less than a second, which most do. */
    private ParkedRuntime parkedJava(String java) {
        return new ParkedRuntime(
                "java",
                List.of(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-Xshare:auto",
                        "-Xmx{heapMegabytes}m",
                        "-cp",
                        "/rt/java",
                        "dev.codeinterpreter.adapter.nsjail.runtime.ParkedJava",
                        DATA),
                commonEnvironment(),
                "",
                true,
                true,
                130L << 20);
    }

    private Toolchain php() {
        List<String> command = List.of(
                "/usr/bin/php",
                "-d",
                "display_errors=stderr",
                "-d",
                "log_errors=0",
                "-d",
                "html_errors=0",
                "-d",
                "memory_limit=-1");
        String program = WORK + "/code.php";
        ParkedRuntime parked = new ParkedRuntime(
                "php",
                and(command, "-d", "auto_prepend_file=/rt/park.php", program),
                commonEnvironment(),
                "code.php",
                false,
                false,
                20L << 20);
        return interpreted(Language.PHP, "code.php", and(command, program), Map.of())
                .startedAhead(parked, List.of(program));
    }

    /** R names no line for a syntax error and runs what stands before it; so the source is parsed first. */
    private Toolchain r() {
        String program = WORK + "/code.r";
        Map<String, String> environment = Map.of("OPENBLAS_NUM_THREADS", "1");
        Toolchain.Step parse = new Toolchain.Step(
                List.of("/usr/bin/Rscript", "--vanilla", "-e", "invisible(parse(\"code.r\", keep.source = FALSE))"),
                Map.of("R_DEFAULT_PACKAGES", "NULL"));
        Map<String, String> all = new LinkedHashMap<>(commonEnvironment());
        all.putAll(environment);
        all.put("R_PROFILE", "/rt/park.R");
        /* what --vanilla means, but for the site's profile, which is ours */
        ParkedRuntime parked = new ParkedRuntime(
                "r",
                List.of("/usr/bin/Rscript", "--no-environ", "--no-init-file", "--no-save", program),
                all,
                "code.r",
                true,
                false,
                60L << 20);
        return new Toolchain(
                Language.R,
                "code.r",
                List.of(parse),
                List.of("/usr/bin/Rscript", "--vanilla", program),
                List.of(program),
                environment,
                List.of(Path.of("/usr/bin/Rscript")),
                Optional.of(parked),
                "r");
    }

    private static List<String> and(List<String> words, String... more) {
        return Stream.concat(words.stream(), Stream.of(more)).toList();
    }

    private static Toolchain interpreted(
            Language language, String source, List<String> run, Map<String, String> environment) {
        return new Toolchain(
                language,
                source,
                List.of(),
                run,
                List.of(WORK + "/" + source),
                environment,
                List.of(Path.of(run.getFirst())),
                Optional.empty(),
                language.code());
    }

    private static Toolchain compiled(Language language, String source, List<String> compiler, List<String> arguments) {
        List<String> command = new ArrayList<>(compiler);
        command.addAll(arguments);
        return new Toolchain(
                language,
                source,
                List.of(new Toolchain.Step(List.copyOf(command), Map.of())),
                List.of(WORK + "/code"),
                List.of(),
                Map.of(),
                List.of(Path.of(compiler.getFirst())),
                Optional.empty(),
                language.code());
    }
}

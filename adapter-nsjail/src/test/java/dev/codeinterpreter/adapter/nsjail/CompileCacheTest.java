package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.adapter.nsjail.RealSandboxes.Run;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Phase;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.NetworkPolicy;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@SuppressWarnings("NullAway.Init") // set before the first test
final class CompileCacheTest {

    private static final String C_WITH_WARNING = """
            #include <stdio.h>
            int main(int argc, char **argv) { printf("%d\\n", argc); return argc ? 0 : "text"; }
            """;

    private static Path base;
    private static NsjailSandboxes sandboxes;

    @BeforeAll
    static void open() throws IOException {
        base = RealSandboxes.newBaseDirectory();
        sandboxes = NsjailSandboxes.open(RealSandboxes.fresh(base));
    }

    @AfterAll
    static void close() throws IOException {
        sandboxes.close();
        assertThat(base).isEmptyDirectory();
        Files.delete(base);
    }

    @ParameterizedTest
    @EnumSource(names = {"C", "CPP", "RUST", "GO", "FORTRAN", "D", "TYPESCRIPT"})
    void run_sameSourceAgain_isNotCompiledAgain(Language language) {
        String source = source(language);
        Run first = run("owner", language, source);
        long hits = sandboxes.compileCache().hits();

        Run second = run("owner", language, source);

        assertThat(second.stdout()).as(first.stderr()).isEqualTo(first.stdout()).isEqualTo("here\n");
        assertThat(second.result().outcome()).isEqualTo(new Exited(0));
        assertThat(second.result().phase()).isEqualTo(Phase.RUN);
        assertThat(sandboxes.compileCache().hits()).isEqualTo(hits + 1);
    }

    @Test
    void run_sameSourceAgain_warnsAgain() {
        Run first = run("warned", Language.C, C_WITH_WARNING);

        Run second = run("warned", Language.C, C_WITH_WARNING);

        assertThat(second.stderr()).isEqualTo(first.stderr()).contains("code.c:2", "warning");
    }

    @Test
    void run_sourceOfSomebodyElse_isCompiled() {
        run("one", Language.C, source(Language.C));
        long hits = sandboxes.compileCache().hits();

        Run other = run("other", Language.C, source(Language.C));
        Run nobody = run("", Language.C, source(Language.C));

        assertThat(other.stdout()).isEqualTo(nobody.stdout()).isEqualTo("here\n");
        assertThat(sandboxes.compileCache().hits()).isEqualTo(hits);
    }

    @Test
    void run_withFiles_isCompiledAgain() throws IOException {
        String source = "#include <stdio.h>\n#include \"word.h\"\nint main(void) { puts(WORD); }\n";

        assertThat(runWithHeader(source, "#define WORD \"first\"\n").stdout()).isEqualTo("first\n");
        assertThat(runWithHeader(source, "#define WORD \"second\"\n").stdout()).isEqualTo("second\n");
    }

    @Test
    void run_sourceThatDoesNotCompile_isNotKept() {
        int size = sandboxes.compileCache().size();

        Run first = run("owner", Language.C, "int main(void) { return x; }\n");
        Run second = run("owner", Language.C, "int main(void) { return x; }\n");

        assertThat(second.result().phase()).isEqualTo(Phase.COMPILE);
        assertThat(second.stderr()).isEqualTo(first.stderr()).contains("code.c:1");
        assertThat(sandboxes.compileCache().size()).isEqualTo(size);
    }

    @Test
    void run_programThatReplacesItself_doesNotReplaceWhatIsKept() {
        String source = """
                #include <stdio.h>
                #include <stdlib.h>
                int main(void) { puts("here"); return system("echo 'echo there' > /tmp/code/n && mv /tmp/code/n /tmp/code/code"); }
                """;
        run("owner", Language.C, source);

        assertThat(run("owner", Language.C, source).stdout()).isEqualTo("here\n");
    }

    @Test
    void key_textThatReadsTheClockOrFiles_isNone(@TempDir Path directory) {
        CompileCache cache = new CompileCache(directory.resolve("c"), 1000);
        Toolchain c = Toolchains.in(NsjailSettings.defaults().home()).toolchain(Language.C);

        assertThat(cache.key("a", c, bytes("puts(__TIME__);"))).isEmpty();
        assertThat(cache.key("a", c, bytes("puts(\"\");"))).isPresent();
        assertThat(cache.key("a", c, bytes("1"))).isNotEqualTo(cache.key("b", c, bytes("1")));
        assertThat(cache.key("a", c, bytes("1"))).isNotEqualTo(cache.key("a", c, bytes("2")));
    }

    @Test
    void keep_moreThanFits_dropsTheLeastRecentlyUsed(@TempDir Path directory) {
        CompileCache cache = new CompileCache(directory.resolve("c"), 250);
        cache.keep("a", hundredBytes(), new byte[0]);
        cache.keep("b", hundredBytes(), new byte[0]);
        assertThat(cache.find("a")).isPresent();

        cache.keep("c", hundredBytes(), new byte[0]);

        assertThat(cache.find("b")).isEmpty();
        assertThat(cache.find("a")).isPresent();
        assertThat(directory.resolve("c")).isDirectoryContaining("glob:**a").isDirectoryNotContaining("glob:**b");
    }

    private static ByteArrayOutputStream hundredBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[100]);
        return bytes;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Run run(String scope, Language language, String source) {
        SandboxSpec spec = new SandboxSpec(language, RealSandboxes.LIMITS, NetworkPolicy.NONE, source, scope);
        try (Sandbox sandbox = sandboxes.open(spec)) {
            return RealSandboxes.run(sandbox, RealSandboxes.program(source));
        }
    }

    private static Run runWithHeader(String source, String header) throws IOException {
        SandboxSpec spec = new SandboxSpec(Language.C, RealSandboxes.LIMITS, NetworkPolicy.NONE, source, "owner");
        try (Sandbox sandbox = sandboxes.open(spec)) {
            sandbox.put(new FileName("word.h"), header.length(), false, new ByteArrayInputStream(bytes(header)));
            return RealSandboxes.run(sandbox, RealSandboxes.program(source));
        }
    }

    private static String source(Language language) {
        return switch (language) {
            case C -> "#include <stdio.h>\nint main(void) { puts(\"here\"); }\n";
            case CPP -> "#include <iostream>\nint main() { std::cout << \"here\\n\"; }\n";
            case RUST -> "fn main() { println!(\"here\"); }\n";
            case GO -> "package main\nimport \"fmt\"\nfunc main() { fmt.Println(\"here\") }\n";
            case FORTRAN -> "print '(a)', 'here'\nend\n";
            case D -> "import std.stdio; void main() { writeln(\"here\"); }\n";
            case TYPESCRIPT -> "const word: string = 'here'; console.log(word);\n";
            default -> throw new IllegalArgumentException(language.toString());
        };
    }
}

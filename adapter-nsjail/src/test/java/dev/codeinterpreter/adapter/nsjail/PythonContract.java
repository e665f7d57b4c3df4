package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.NetworkPolicy;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxFile;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import dev.codeinterpreter.core.sandbox.SandboxSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a Python program finds and how it ends, whether its interpreter was started for it or waited. */
interface PythonContract {

    SandboxPort port();

    private RealSandboxes.Run run(String source) {
        return RealSandboxes.run(port(), Language.PYTHON, source);
    }

    @Test
    default void run_singleExpression_showsItsValue() {
        assertThat(run("6 * 7").stdout()).isEqualTo("42\n");
        assertThat(run("'a' + 'b'").stdout()).isEqualTo("'ab'\n");
        assertThat(run("print('shown once')").stdout()).isEqualTo("shown once\n");
    }

    @Test
    default void run_expressionAfterStatements_showsNothing() {
        assertThat(run("x = 1\nx + 1").stdout()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "sys.exit(), 0",
        "sys.exit(7), 7",
        "sys.exit(256 + 3), 3",
        "exit(4), 4",
        "raise SystemExit(5), 5",
        "os._exit(6), 6"
    })
    default void run_programThatExits_keepsOutputAndCode(String exit, int code) {
        RealSandboxes.Run run = run("import os, sys\nprint('before')\n" + exit + "\nprint('after')");

        assertThat(run.stdout()).isEqualTo("before\n");
        assertThat(run.result().outcome()).isEqualTo(new Outcome.Exited(code));
    }

    @Test
    default void run_exitWithText_textIsOnStderrAndCodeIsOne() {
        RealSandboxes.Run run = run("import sys\nsys.exit('no such thing')");

        assertThat(run.stderr()).isEqualTo("no such thing\n");
        assertThat(run.result().outcome()).isEqualTo(new Outcome.Exited(1));
    }

    @Test
    default void run_uncaughtException_tracebackHasTheProgramsFramesOnly() {
        RealSandboxes.Run run = run("def f():\n    raise ValueError('boom')\n\nprint('before')\nf()\n");

        assertThat(run.stdout()).isEqualTo("before\n");
        assertThat(run.stderr()).isEqualTo("""
                        Traceback (most recent call last):
                          File "/tmp/code/code.py", line 5, in <module>
                            f()
                          File "/tmp/code/code.py", line 2, in f
                            raise ValueError('boom')
                        ValueError: boom
                        """);
        assertThat(run.result().outcome()).isEqualTo(new Outcome.Exited(1));
    }

    @Test
    default void run_syntaxError_namesLineAndShowsNoFrames() {
        RealSandboxes.Run run = run("x = 1\nif x\n    pass\n");

        assertThat(run.stderr())
                .startsWith("  File \"/tmp/code/code.py\", line 2\n")
                .contains("SyntaxError");
        assertThat(run.stderr()).doesNotContain("Traceback", "run_program", "zygote");
    }

    @Test
    default void run_inputAtEndOfFile_isEofError() {
        assertThat(run("try:\n    input()\nexcept EOFError:\n    print('end')").stdout())
                .isEqualTo("end\n");
    }

    @Test
    default void run_outputOfChildrenAndOfC_standsInOrder() {
        RealSandboxes.Run run = run("""
                import ctypes, os, subprocess
                print("one")
                subprocess.run(["echo", "two"])
                print("three")
                os.system("echo four")
                libc = ctypes.CDLL(None)
                libc.puts(b"five")
                libc.fflush(None)
                print("six")
                libc.puts(b"seven")
                """);

        assertThat(run.stdout()).isEqualTo("one\ntwo\nthree\nfour\nfive\nsix\nseven\n");
    }

    @Test
    default void run_threadsAndRegisteredFunctions_areFinished() {
        RealSandboxes.Run run = run("""
                import atexit, threading, time
                atexit.register(lambda: print("registered"))
                def work():
                    time.sleep(0.3)
                    print("thread")
                threading.Thread(target=work).start()
                print("main")
                """);

        assertThat(run.stdout()).isEqualTo("main\nthread\nregistered\n");
    }

    @Test
    default void run_plotIsShown_isSavedUnderANumber() {
        String source = """
                import matplotlib.pyplot as plt
                plt.plot([1, 2, 3])
                plt.show()
                plt.figure()
                plt.plot([3, 2, 1])
                plt.show()
                """;
        try (Sandbox sandbox =
                port().open(new SandboxSpec(Language.PYTHON, RealSandboxes.LIMITS, NetworkPolicy.NONE, source))) {
            RealSandboxes.Run run = RealSandboxes.run(sandbox, RealSandboxes.program(source));

            assertThat(run.stderr()).isEmpty();
            assertThat(sandbox.files())
                    .extracting(SandboxFile::name)
                    .containsExactlyInAnyOrder(new FileName("plot_1.png"), new FileName("plot_2.png"));
        }
    }

    @Test
    default void run_asMain_hasTheNamesOfAScript() {
        RealSandboxes.Run run = RealSandboxes.run(
                port(),
                Language.PYTHON,
                RealSandboxes.LIMITS,
                RealSandboxes.program(
                        "import sys, __main__\nprint(__name__, __file__, sys.argv, __main__.__name__)\n"
                                + "class A: pass\nimport pickle\nprint(type(pickle.loads(pickle.dumps(A()))).__name__)",
                        "x y",
                        "-v"));

        assertThat(run.stdout())
                .isEqualTo("__main__ /tmp/code/code.py ['/tmp/code/code.py', 'x y', '-v'] __main__\nA\n");
    }

    @Test
    default void run_twice_drawsOtherRandomNumbers() {
        String source = "import random, os, numpy as np\nprint(random.random(), np.random.rand(), os.urandom(4).hex())";

        assertThat(List.of(run(source).stdout().split(" ", -1)))
                .doesNotContainAnyElementsOf(List.of(run(source).stdout().split(" ", -1)));
    }

    @Test
    default void run_sharedModules_areFoundBesideTheData() {
        assertThat(run("open('mine.py', 'w').write('x = 5')\nimport mine\nprint(mine.x)")
                        .stdout())
                .isEqualTo("5\n");
    }
}

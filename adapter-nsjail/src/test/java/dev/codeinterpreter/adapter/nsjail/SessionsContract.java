package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.execution.Artifact;
import dev.codeinterpreter.core.execution.ExecutionRequest;
import dev.codeinterpreter.core.execution.ExecutionResult;
import dev.codeinterpreter.core.execution.ExecutionService;
import dev.codeinterpreter.core.execution.ExecutionSettings;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Outcome.TimedOut;
import dev.codeinterpreter.core.execution.ServicesOnMemory;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.file.FileSettings;
import dev.codeinterpreter.core.file.NewFile;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.state.StateSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is still there on the next turn of a session: variables of Python and files, on real sandboxes. */
@Timeout(120)
interface SessionsContract {

    SandboxPort sandboxes();

    // ---- variables

    @Test
    default void python_valuesOfManyKinds_survive() {
        Turns turns = new Turns(sandboxes());
        turns.python("""
                import math as mm, numpy as np, pandas as pd, decimal, threading
                number, text, nothing = 7, "é😀", None
                frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
                array = np.arange(6).reshape(2, 3)
                double = lambda x: x * number
                def closure(n):
                    return lambda x: x + n
                add3 = closure(3)
                class Account:
                    rate = 2
                    def __init__(self, owner): self.owner = owner
                    def worth(self): return number * self.rate
                account = Account("ann")
                shared = [1]
                alias = shared
                amount = decimal.Decimal("1.50")
                _private = 5
                lock = threading.Lock()
                generator = (i for i in [])
                """);

        ExecutionResult second = turns.python("""
                print(number, text, nothing, mm.floor(2.5), np.sum(array), frame.b[0], list(frame.columns))
                print(double(2), add3(4), account.owner, account.worth(), isinstance(account, Account), amount)
                shared.append(2)
                print(alias, "_private" in globals(), "lock" in globals(), "generator" in globals())
                number = 8
                print(double(2), account.worth())
                """);

        assertThat(second.stderr().text()).isEmpty();
        assertThat(second.stdout().text()).isEqualTo("""
                7 é😀 None 2 15 x ['a', 'b']
                14 7 ann 14 True 1.50
                [1, 2] False False False
                16 16
                """);
        assertThat(turns.first().droppedVariables()).containsExactlyInAnyOrder("lock", "generator");
        assertThat(turns.first().notices()).isEmpty();
    }

    @Test
    default void python_deletedAndBoundAgain_isAsTheProgramLeftIt() {
        Turns turns = new Turns(sandboxes());
        turns.python("import numpy as np\nx = 5");

        turns.python("del x\nnp = 7");
        assertThat(turns.python("print('x' in globals(), np)").stdout().text()).isEqualTo("False 7\n");

        turns.python("for name in [n for n in globals() if n[0] != '_']: del globals()[name]\ndel name");
        assertThat(turns.python("print([n for n in globals() if n[0] != '_'])")
                        .stdout()
                        .text())
                .isEqualTo("[]\n");
    }

    @Test
    default void python_functionsThatChangeGlobals_changeThoseOfTheRun() {
        Turns turns = new Turns(sandboxes());
        turns.python("""
                n = 1
                def _twice(x): return 2 * x
                def grow():
                    global n
                    n = _twice(n)
                """);

        assertThat(turns.python("grow(); print(n)").stdout().text()).isEqualTo("2\n");
        assertThat(turns.python("grow(); print(n)").stdout().text()).isEqualTo("4\n");
    }

    @Test
    default void python_exitZero_keepsAndFailureDoesNot() {
        Turns turns = new Turns(sandboxes());
        turns.python("import sys\nx = 1\nsys.exit(0)");

        ExecutionResult failed = turns.python("x = 2\n1/0");
        ExecutionResult refused = turns.python("x = 3\nraise SystemExit(4)");
        ExecutionResult crashed = turns.python("x = 4\nimport os\nos.kill(os.getpid(), 9)");

        assertThat(failed.notices()).isEmpty();
        assertThat(failed.stderr().text()).endsWith("ZeroDivisionError: division by zero\n");
        assertThat(refused.outcome()).isEqualTo(new Exited(4));
        assertThat(refused.notices()).isEmpty();
        assertThat(crashed.notices()).hasSize(1);
        assertThat(turns.python("print(x)").stdout().text()).isEqualTo("1\n");
    }

    @Test
    default void python_failureWithCaptureOnError_keeps() {
        Turns turns = new Turns(sandboxes(), StateSettings.DEFAULT.withAfterFailure(true));
        turns.python("x = 1");

        turns.python("x = 2\n1/0");

        assertThat(turns.python("print(x)").stdout().text()).isEqualTo("2\n");
    }

    @Test
    default void python_timeLimit_keepsThoseOfTheRunBefore() {
        Turns turns = new Turns(sandboxes());
        turns.python("x = 1");

        ExecutionResult slow = turns.run(ExecutionRequest.of(Language.PYTHON, "x = 2\nprint('out')\nwhile True: pass")
                .withTimeLimit(Duration.ofSeconds(1)));

        assertThat(slow.outcome()).isEqualTo(new TimedOut(Duration.ofSeconds(1)));
        assertThat(slow.stdout().text()).isEqualTo("out\n");
        assertThat(turns.python("print(x)").stdout().text()).isEqualTo("1\n");
    }

    @Test
    default void python_endOfTheProcessItself_isTold() {
        ExecutionResult result = new Turns(sandboxes()).python("import os\nx = 1\nos._exit(0)");

        assertThat(result.outcome()).isEqualTo(new Exited(0));
        assertThat(result.notices()).singleElement().asString().contains("without giving them");
    }

    @Test
    default void python_captureThatPrintsFailsAndHangs_disturbsNothing() {
        Turns turns = new Turns(sandboxes());

        ExecutionResult noisy = turns.python("""
                import sys
                class Noisy:
                    def __reduce__(self):
                        print("out"); print("err", file=sys.stderr)
                        raise SystemExit(9)
                x = 1
                noisy = Noisy()
                print("done")
                """);
        ExecutionResult hanging =
                turns.run(ExecutionRequest.of(Language.PYTHON, """
                class Hanging:
                    def __reduce__(self):
                        while True: pass
                x = 2
                hanging = Hanging()
                print("done")
                """).withTimeLimit(Duration.ofSeconds(3)));

        assertThat(noisy.outcome()).isEqualTo(new Exited(0));
        assertThat(noisy.stdout().text()).isEqualTo("done\n");
        assertThat(noisy.stderr().text()).isEmpty();
        assertThat(noisy.droppedVariables()).containsExactly("noisy");
        assertThat(hanging.outcome()).isEqualTo(new Exited(0));
        assertThat(hanging.stdout().text()).isEqualTo("done\n");
        assertThat(hanging.notices()).singleElement().asString().contains("took too long");
        assertThat(turns.python("print(x)").stdout().text()).isEqualTo("1\n");
    }

    @Test
    default void python_poisonedValue_harmsOnlyItself() {
        Turns turns = new Turns(sandboxes());
        turns.python("""
                class Poison:
                    def __reduce__(self): return (eval, ("print('poison') or 1/0",))
                first = [1]
                poison = Poison()
                shared = ["s"]
                holder = [poison, shared]
                also = [shared]
                def f(x): return x + 1
                """);

        ExecutionResult second = turns.python("print(first, shared, also, also[0] is shared, f(1))");

        assertThat(second.outcome()).isEqualTo(new Exited(0));
        assertThat(second.stdout().text()).isEqualTo("[1] ['s'] [['s']] True 2\n");
        assertThat(second.notices())
                .containsExactly("Variables of earlier runs that could not be restored: poison, holder");
    }

    @Test
    default void python_snapshotOfSomebodyElse_harmsOnlyItself() {
        Turns turns = new Turns(sandboxes());
        turns.python("x = 1");
        turns.overwriteState(new byte[] {1, 2, 3});

        ExecutionResult result = turns.python("print('x' in globals())");

        assertThat(result.stdout().text()).isEqualTo("False\n");
        assertThat(result.notices()).containsExactly("The variables of earlier runs could not be restored");
    }

    @Test
    default void python_moreThanMayBeKept_isToldAndTheOldVariablesStay() {
        Turns turns = new Turns(sandboxes(), StateSettings.DEFAULT.withMaximumBytes(1 << 20));
        turns.python("x = 1");

        ExecutionResult large = turns.python("x = 2\ny = bytes(1 << 20)");

        assertThat(large.outcome()).isEqualTo(new Exited(0));
        assertThat(large.notices()).singleElement().asString().contains("more than 1 MiB");
        assertThat(turns.python("print(x, 'y' in globals())").stdout().text()).isEqualTo("1 False\n");
    }

    @Test
    default void python_fortyMegabytes_comeBack() {
        Turns turns = new Turns(sandboxes());
        turns.python("import os, hashlib\nx = os.urandom(40 << 20)\nd = hashlib.sha256(x).hexdigest()");

        ExecutionResult second = turns.python("print(len(x) >> 20, hashlib.sha256(x).hexdigest() == d)");

        assertThat(turns.first().notices()).isEmpty();
        assertThat(second.stdout().text()).isEqualTo("40 True\n");
    }

    @Test
    default void python_oneExpression_isShownOfOldVariables() {
        Turns turns = new Turns(sandboxes());
        turns.python("x = 41");

        assertThat(turns.python("x + 1").stdout().text()).isEqualTo("42\n");
    }

    @Test
    default void python_orderOfTheServer_isNotSeenByThePrograms() {
        Turns turns = new Turns(sandboxes());
        turns.python("x = 1");

        ExecutionResult result =
                turns.python("import os\nprint([n for n in os.environ if 'STATE' in n], " + "os.listdir('/tmp/code'))");

        assertThat(result.stdout().text()).isEqualTo("[] ['code.py']\n");
        assertThat(result.files()).isEmpty();
    }

    @Test
    default void python_sixIncrementsAtOnce_makeSix() throws Exception {
        Turns turns = new Turns(sandboxes());
        turns.python("n = 0");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<ExecutionResult>> all = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                all.add(threads.submit(() -> turns.python("n += 1")));
            }
            for (Future<ExecutionResult> one : all) {
                assertThat(one.get().notices()).isEmpty();
            }
        }

        assertThat(turns.python("print(n)").stdout().text()).isEqualTo("6\n");
    }

    @Test
    default void session_withAnotherKey_isNotContinued() {
        Turns turns = new Turns(sandboxes());
        turns.python("x = 1\nopen('f.txt', 'w').write('secret')");

        ExecutionResult stranger =
                turns.run(ExecutionRequest.of(Language.PYTHON, "import os\nprint('x' in globals(), os.listdir())")
                        .withCaller(new Caller("other", Optional.empty())));

        assertThat(stranger.stdout().text()).isEqualTo("False []\n");
        assertThat(stranger.session()).isNotEqualTo(turns.session());
    }

    // ---- files

    @Test
    default void files_sameNameInTwoDirectories_eachHasItsOwnBytes() {
        Turns turns = new Turns(sandboxes());
        ExecutionResult result = turns.python("""
                import os
                open("foo.txt", "w").write("TOP")
                os.mkdir("sub")
                open("sub/foo.txt", "w").write("SUB")
                """);

        assertThat(turns.downloads(result)).containsExactly("foo.txt=TOP", "sub/foo.txt=SUB");
    }

    @Test
    default void files_editedInTheSecondCall_areReadSoInTheThird() {
        Turns turns = new Turns(sandboxes());
        turns.upload("n.txt", "v1");

        turns.bash("echo v2 > n.txt");

        assertThat(turns.bash("cat n.txt").stdout().text()).isEqualTo("v2\n");
        assertThat(turns.python("open('n.txt').read()").stdout().text()).isEqualTo("'v2\\n'\n");
    }

    @Test
    default void files_twoOfOneNameInDirectories_areBothMounted() {
        Turns turns = new Turns(sandboxes());
        turns.upload("d1/same.txt", "one");
        turns.upload("d2/same.txt", "two");

        assertThat(turns.bash("cat d1/same.txt d2/same.txt").stdout().text()).isEqualTo("onetwo");
    }

    @Test
    default void files_twoUploadsOfOneName_theNewerIsMountedAndBothAreKept() {
        Turns turns = new Turns(sandboxes());
        StoredFile first = turns.upload("a.txt", "one");
        StoredFile second = turns.upload("a.txt", "two");

        assertThat(turns.bash("cat a.txt").stdout().text()).isEqualTo("two");
        assertThat(turns.download(first)).isEqualTo("one");
        assertThat(turns.download(second)).isEqualTo("two");
    }

    @ParameterizedTest
    @ValueSource(strings = {"codes.csv", "code.txt", "Code.java", "a..b.txt", "ünï 😀.txt", "no extension", "-rf"})
    default void files_anyName_comesBack(String name) {
        comesBack(name);
    }

    @Test
    default void files_nameOf250BytesOfChinese_comesBack() {
        comesBack("中".repeat(82) + ".txt");
    }

    private void comesBack(String name) {
        Turns turns = new Turns(sandboxes());

        ExecutionResult result =
                turns.run(ExecutionRequest.of(Language.PYTHON, "import sys\nopen(sys.argv[1], 'w').write('x')")
                        .withArguments(List.of(name)));

        assertThat(turns.downloads(result)).containsExactly(name + "=x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "import shutil\nshutil.copy('in.txt', 'out.txt')",
                "import pathlib\npathlib.Path('out.txt').touch()",
                "import subprocess\nsubprocess.run(['cp', 'in.txt', 'out.txt'])",
                "import os\nos.link('in.txt', 'out.txt')",
                "import os\nos.system('cp in.txt out.txt')"
            })
    default void files_madeInAnyWay_comeBack(String code) {
        Turns turns = new Turns(sandboxes());
        turns.upload("in.txt", "x");

        ExecutionResult result = turns.python(code);

        assertThat(result.files()).extracting(Artifact::name).containsExactly(new FileName("out.txt"));
    }

    /** The calls of one conversation. */
    final class Turns {

        private final ServicesOnMemory services;
        private final ExecutionService executions;
        private final Session session;
        private final List<ExecutionResult> results = new ArrayList<>();

        Turns(SandboxPort sandboxes) {
            this(sandboxes, StateSettings.DEFAULT);
        }

        Turns(SandboxPort sandboxes, StateSettings settings) {
            this.services = new ServicesOnMemory(ExecutionSettings.DEFAULT, FileSettings.DEFAULT, settings);
            this.executions = services.executionsOn(sandboxes, ExecutionSettings.DEFAULT);
            this.session = services.sessions.create(Caller.LOCAL, Optional.empty());
        }

        SessionId session() {
            return session.id();
        }

        ExecutionResult python(String code) {
            return run(ExecutionRequest.of(Language.PYTHON, code));
        }

        ExecutionResult bash(String code) {
            return run(ExecutionRequest.of(Language.BASH, code));
        }

        ExecutionResult run(ExecutionRequest request) {
            ExecutionResult result = executions.execute(request.withSession(session.id()));
            synchronized (results) {
                results.add(result);
            }
            return result;
        }

        ExecutionResult first() {
            synchronized (results) {
                return results.getFirst();
            }
        }

        StoredFile upload(String name, String content) {
            return services.upload(session, NewFile.named(new FileName(name)), content);
        }

        String download(StoredFile file) {
            return services.download(new Artifact(
                    file.id(),
                    file.session(),
                    file.name(),
                    file.size(),
                    Artifact.Change.INHERITED,
                    Optional.of(FileReference.to(file))));
        }

        List<String> downloads(ExecutionResult result) {
            return result.files().stream()
                    .map(file -> file.name() + "=" + services.download(file))
                    .toList();
        }

        void overwriteState(byte[] bytes) {
            assertThat(services.states.save(
                            session.id(), services.states.load(session.id()), "cloudpickle-lz4/1", bytes))
                    .isTrue();
        }
    }
}

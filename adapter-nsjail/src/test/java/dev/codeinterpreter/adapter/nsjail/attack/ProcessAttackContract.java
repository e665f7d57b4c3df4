package dev.codeinterpreter.adapter.nsjail.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Outcome.Signalled;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import dev.codeinterpreter.core.sandbox.RecordingOutput;
import dev.codeinterpreter.core.sandbox.RunResult;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on the guard, which is pid 1 of a run, and by processes that want to outlive it. */
@Timeout(180)
interface ProcessAttackContract {

    SandboxPort port();

    @Test
    default void signals_toEverybodyAndToPidOne_endNeitherTheGuardNorTheProgram() throws Exception {
        try (Sandbox sandbox = Attacks.open(port(), Language.PYTHON)) {
            Attacks.run(sandbox, """
                    import ctypes, os, resource, signal
                    libc = ctypes.CDLL(None, use_errno=True)
                    def raw(*arguments):
                        if libc.syscall(*arguments) == -1:
                            raise OSError(ctypes.get_errno(), 'refused')
                    for number in list(range(1, 32)) + list(range(34, 65)):
                        for target in (1, os.getppid()):
                            if target > 0:
                                try:
                                    os.kill(target, number)
                                    print('signal', number, 'sent to', target)
                                except (PermissionError, ProcessLookupError):
                                    pass
                    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
                        try:
                            os.kill(-1, number)
                        except (PermissionError, ProcessLookupError):
                            pass
                    for name, attack in {
                        'pidfd': lambda: signal.pidfd_send_signal(os.pidfd_open(1), signal.SIGKILL),
                        'limits': lambda: resource.prlimit(1, resource.RLIMIT_AS, (1, 1)),
                        'limits read': lambda: resource.prlimit(1, resource.RLIMIT_AS),
                        'affinity': lambda: os.sched_setaffinity(1, {0}),
                        'priority': lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
                        'scheduler': lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)),
                        'process group': lambda: os.setpgid(1, 0),
                    }.items():
                        try:
                            attack()
                            print(name, 'worked on pid 1')
                        except (PermissionError, ProcessLookupError):
                            pass
                    open('result', 'w').write('there')
                    """).said("");

            assertThat(Attacks.fetch(sandbox, "result")).asString().isEqualTo("there");
        }
    }

    @Test
    default void pidOne_showsNothing() {
        Attacks.python(port(), """
                import os
                for name in ('environ', 'cmdline', 'mem', 'maps', 'status', 'fd', 'fd/0', 'fd/3', 'fdinfo', 'root', 'cwd', 'exe', 'ns/mnt',
                             'cgroup', 'mountinfo', 'stat', 'comm', 'task', 'map_files', 'stack', 'syscall', 'auxv', 'net/unix'):
                    path = '/proc/1/' + name
                    for attack in (os.listdir, os.readlink, lambda path: os.close(os.open(path, os.O_RDONLY)), os.stat):
                        try:
                            attack(path)
                            print(path, 'can be read')
                        except OSError:
                            pass
                """).said("");
    }

    @Test
    default void everyDescriptorClosed_isAnOrdinaryEnd() {
        Attempt attempt = Attacks.python(port(), "import os\nos.closerange(0, 1024)\nos._exit(7)");

        assertThat(attempt.outcome()).isEqualTo(new Exited(7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"b'\\x00'", "b'x' * 100000", "os.urandom(5000)", "b'x\\x00\\x00\\x00\\x0a' * 100"})
    default void forgedWords_onEveryDescriptor_endAtMostTheirOwnRun(String words) throws Exception {
        try (Sandbox sandbox = Attacks.open(port(), Language.PYTHON)) {
            Attempt attempt = Attacks.run(sandbox, """
                    import os
                    open('result', 'w').write('there')
                    for number in range(3, 1024):
                        try:
                            os.set_blocking(number, False)
                            os.write(number, %s)
                        except OSError:
                            pass
                    """.formatted(words));

            assertThat(attempt.outcome()).isInstanceOfAny(Exited.class, Signalled.class);
            assertThat(Attacks.fetch(sandbox, "result")).asString().isEqualTo("there");
        }
        Attacks.python(port(), "print('fine')").said("fine\n");
    }

    @Test
    default void framesOnStdoutAndStderr_areOutput() {
        Attempt attempt = Attacks.python(port(), """
                import os
                frame = b'x\\x00\\x00\\x00\\x0a' + bytes(10)
                os.write(1, frame)
                os.write(2, frame)
                os._exit(5)
                """);

        assertThat(attempt.outcome()).isEqualTo(new Exited(5));
        assertThat(attempt.output().stdoutBytes()).hasSize(15);
    }

    @Test
    default void daemonsOfEveryKind_areGoneWithTheRun() throws Exception {
        String mark = HostProcesses.newMark();
        String code = """
                import os, signal, sys, time
                mark, program = '%s', sys.executable
                code = 'import signal, time\\nfor n in range(1, 32):\\n  n in (9, 19) or signal.signal(n, signal.SIG_IGN)\\nwhile True: time.sleep(1)'
                def daemon(stop=False, new_session=True):
                    if os.fork() == 0:
                        if new_session:
                            os.setsid()
                        if os.fork() != 0:
                            os._exit(0)
                        if stop:
                            if os.fork() == 0:
                                os.execv(program, [program, '-c', 'import os, signal; os.kill(os.getpid(), signal.SIGSTOP)', mark])
                        os.closerange(0, 1024)
                        os.execv(program, [program, '-c', code, mark])
                daemon()
                daemon(stop=True)
                daemon(new_session=False)
                os.write(1, b'started\\n')
                sys.stdin.readline()
                """.formatted(mark);
        List<Path> cgroups = new ArrayList<>();
        Set<String> members = new HashSet<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Gate gate = new Gate();
                Sandbox sandbox = Attacks.open(port(), Language.PYTHON)) {
            RecordingOutput output = new RecordingOutput();
            Future<RunResult> running =
                    threads.submit(() -> sandbox.run(Attacks.program(code, ProgramInput.of(gate.input())), output));
            output.awaitFirstByte();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> HostProcesses.marked(mark).size() >= 4);
            for (Path process : HostProcesses.marked(mark)) {
                cgroups.addAll(HostProcesses.cgroups(process));
            }
            cgroups.forEach(cgroup -> members.addAll(HostProcesses.members(cgroup)));
            assertThat(members).hasSizeGreaterThan(4);

            gate.open();
            Outcome outcome = running.get(60, TimeUnit.SECONDS).outcome();

            assertThat(outcome).isEqualTo(new Exited(0));
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(HostProcesses.marked(mark)).isEmpty());
        }
        await().atMost(Duration.ofSeconds(30)) // the next run may be in the same cgroup already
                .untilAsserted(() -> assertThat(cgroups)
                        .allSatisfy(cgroup ->
                                assertThat(HostProcesses.members(cgroup)).doesNotContainAnyElementsOf(members)));
    }

    @Test
    default void programs_haveUsersOfTheirOwnOnTheHost() throws Exception {
        String mark = HostProcesses.newMark();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Gate gate = new Gate();
                Sandbox one = Attacks.open(port(), Language.BASH);
                Sandbox two = Attacks.open(port(), Language.BASH)) {
            List<Future<RunResult>> running = new ArrayList<>();
            for (Sandbox sandbox : List.of(one, two)) {
                running.add(threads.submit(() -> Attacks.run(
                                sandbox,
                                Attacks.program(
                                        "sh -c 'read -r x' " + mark + " # no exec, so that it stays\ntrue",
                                        ProgramInput.of(gate.input())))
                        .result()));
            }
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(HostProcesses.marked(mark).stream()
                                    .map(HostProcesses::uid)
                                    .distinct())
                            .hasSize(2)
                            .noneMatch(uid -> uid.startsWith("Uid:\t0\t")));
            gate.open();
            for (Future<RunResult> run : running) {
                run.get(60, TimeUnit.SECONDS);
            }
        }
    }
}

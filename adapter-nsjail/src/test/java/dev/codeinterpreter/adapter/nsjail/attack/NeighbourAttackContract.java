package dev.codeinterpreter.adapter.nsjail.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import dev.codeinterpreter.core.sandbox.RecordingOutput;
import dev.codeinterpreter.core.sandbox.RunResult;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on other programs that run at the same time, or ran before. */
@Timeout(180)
interface NeighbourAttackContract {

    /** Makes everything by which two programs of one machine could meet. */
    String SETTLE = """
            import ctypes, os, socket, sys
            libc = ctypes.CDLL(None, use_errno=True)
            kept = []
            made = []
            for path in ('/mnt/data/secret', '/tmp/secret', '/dev/shm/secret'):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
                made.append(path)
            for key in (4711, 4712):
                if libc.shmget(key, 4096, 0o3666) < 0 or libc.semget(key, 1, 0o3666) < 0 or libc.msgget(key, 0o3666) < 0:
                    raise OSError(ctypes.get_errno(), 'ipc')
            for name in ('\\0meet', '/tmp/meet'):
                kept.append(socket.socket(socket.AF_UNIX))
                kept[-1].bind(name)
                kept[-1].listen()
            for family, address in ((socket.AF_INET, '0.0.0.0'), (socket.AF_INET6, '::1')):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    kept.append(socket.socket(family, kind))
                    kept[-1].bind((address, 4711))
                    if kind == socket.SOCK_STREAM:
                        kept[-1].listen()
            """;

    /** Looks for what a neighbour has made, and prints what it finds. */
    String LOOK = """
            import ctypes, os, signal, socket
            libc = ctypes.CDLL(None, use_errno=True)
            for path in ('/mnt/data/secret', '/tmp/secret', '/dev/shm/secret', '/tmp/meet'):
                if os.path.lexists(path):
                    print('found', path)
            for key in (4711, 4712):
                for call in (lambda: libc.shmget(key, 0, 0), lambda: libc.semget(key, 0, 0), lambda: libc.msgget(key, 0)):
                    if call() >= 0:
                        print('found ipc', key)
            for id in range(64):
                if libc.shmctl(id, 2, ctypes.create_string_buffer(256)) >= 0 or libc.shmctl(id, 0, None) >= 0:
                    print('found segment', id)
            for name in ('\\0meet', '/tmp/meet'):
                try:
                    socket.socket(socket.AF_UNIX).connect(name)
                    print('connected', name)
                except OSError:
                    pass
            for family, address in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')):
                try:
                    socket.socket(family).connect((address, 4711))
                    print('connected', address)
                except OSError:
                    pass
            for line in open('/proc/net/unix'):
                if 'meet' in line:
                    print(line)
            for table in ('shm', 'sem', 'msg'):
                if len(open('/proc/sysvipc/' + table).readlines()) > 1:
                    print('listed', table)
            if [name for name in os.listdir('/proc') if name.isdigit() and int(name) != os.getpid()]:
                print('found a process')
            """;

    SandboxPort port();

    @Test
    default void neighbour_isNeitherSeenNorReachedNorDisturbed() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Gate gate = new Gate();
                Sandbox settled = Attacks.open(port(), Language.PYTHON)) {
            RecordingOutput output = new RecordingOutput();
            Future<RunResult> running = threads.submit(() -> settled.run(
                    Attacks.program(
                            SETTLE + "print('settled', flush=True)\nsys.stdin.read()\nprint('undisturbed')",
                            ProgramInput.of(gate.input())),
                    output));
            output.awaitFirstByte();

            Attacks.python(port(), LOOK + "try:\n    os.kill(-1, signal.SIGKILL)\nexcept OSError:\n    pass")
                    .said("");
            Attacks.python(port(), SETTLE + "print('the same')").said("the same\n");

            gate.open();
            assertThat(running.get(60, TimeUnit.SECONDS).outcome()).isEqualTo(new Exited(0));
            assertThat(output.stdout()).isEqualTo("settled\nundisturbed\n");
        }
    }

    /** The toolchains' files are the same for all programs and the host: whoever could watch them would see what others run. */
    @Test
    default void filesThatOthersOpen_cannotBeWatched() {
        Attacks.python(port(), """
                import ctypes, fcntl, os
                libc = ctypes.CDLL(None, use_errno=True)
                watch = libc.inotify_init()
                for path in (os.__file__, '/usr/bin/env', '/usr/bin'):
                    if libc.inotify_add_watch(watch, path.encode(), 0xfff) >= 0:
                        print('watched', path)
                for command, value in ((1026, 0x8000003f), (fcntl.F_SETLEASE, fcntl.F_RDLCK)):
                    for path in ('/usr/bin', '/usr/bin/env'):
                        try:
                            fcntl.fcntl(os.open(path, os.O_RDONLY), command, value)
                            print('notified', path)
                        except OSError:
                            pass
                """).said("");
    }

    @Test
    default void predecessor_hasLeftNothing() {
        for (int i = 0; i < 3; i++) {
            Attacks.python(port(), SETTLE + "print('settled')").said("settled\n");
            Attacks.python(port(), LOOK).said("");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"numpy", "numpy, scipy.stats"})
    default void randomNumbers_ofSiblings_differ(String libraries) throws Exception {
        String code = "import " + libraries + "\n" + """
                import os, random, secrets, ssl, tempfile, uuid
                print(random.random())
                print(random.Random().random())
                print(numpy.random.rand())
                print(numpy.random.default_rng().random())
                print(os.urandom(8).hex())
                print(secrets.token_hex(8))
                print(uuid.uuid4())
                print(ssl.RAND_bytes(8).hex())
                print(tempfile.mktemp())
                """;
        List<String> seen = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Attempt>> siblings = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                siblings.add(threads.submit(() -> Attacks.python(port(), code)));
            }
            for (Future<Attempt> sibling : siblings) {
                seen.addAll(sibling.get(150, TimeUnit.SECONDS).ranThrough().lines());
            }
        }
        assertThat(seen).hasSize(4 * 9).doesNotHaveDuplicates();
    }

    @Test
    default void sixtyFourAtOnce_besideHostileOnes_areAllRight() throws Exception {
        String[] hostile = {
            "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass",
            "x = []\nwhile True: x.append(bytearray(1 << 20))",
            "import os\nwhile True: os.write(1, b'x' * 65536)",
            "import itertools\nfor n in itertools.count(): open(f'{n}', 'wb').write(b'x' * 100000)",
            "import os, signal\nfor n in range(2): os.fork()\nwhile True: pass",
            "import os, signal\nwhile True:\n  try: os.kill(-1, signal.SIGKILL)\n  except OSError: pass",
        };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Attempt>> attackers = new ArrayList<>();
            for (String code : hostile) {
                attackers.add(threads.submit(() -> Attacks.python(port(), Attacks.SHORT, code)));
            }
            List<Future<String>> honest = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                String name = "number-" + i;
                honest.add(threads.submit(() -> runHonest(name)));
            }
            for (int i = 0; i < 64; i++) {
                assertThat(honest.get(i).get(150, TimeUnit.SECONDS))
                        .isEqualTo("number-" + i + " 5050 number-" + i + "\n");
            }
            for (Future<Attempt> attacker : attackers) {
                assertThat(attacker.get(150, TimeUnit.SECONDS).outcome().isSuccess())
                        .isFalse();
            }
        }
    }

    private String runHonest(String name) throws Exception {
        try (Sandbox sandbox = Attacks.open(port(), Language.BASH)) {
            Attacks.put(sandbox, "in", false, name);
            Attacks.run(
                            sandbox,
                            "for i in {1..100}; do ((sum += i)); done; echo \"$(cat in) $sum $(cat in)\" > out; cat out")
                    .said(name + " 5050 " + name + "\n");
            return new String(Attacks.fetch(sandbox, "out"), StandardCharsets.UTF_8);
        }
    }
}

package dev.codeinterpreter.adapter.nsjail.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.execution.Outcome.DiskExceeded;
import dev.codeinterpreter.core.execution.Outcome.MemoryExceeded;
import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxFile;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on the server while it collects what a program has written: it acts with more rights than the program has. */
@Timeout(180)
interface CollectionAttackContract {

    SandboxPort port();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/shadow",
                "/etc/passwd",
                "/proc/1/environ",
                "/proc/self/environ",
                "/proc/self/mem",
                "/proc/self/fd/0",
                "/dev/zero",
                "../../etc/passwd",
                "../../../../../../../../etc/shadow",
                "own.txt",
                "/mnt/data/own.txt"
            })
    default void symlinkToFile_inOutputs_isNotCollected(String target) {
        try (Sandbox sandbox = Attacks.open(port(), Language.BASH)) {
            Attacks.run(sandbox, "echo own > own.txt; ln -s '" + target + "' result.txt")
                    .said("");

            assertThat(Attacks.names(sandbox)).containsExactly("own.txt");
            assertNotCollected(sandbox, "result.txt");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/etc", "/proc/1", "/proc/self/root/etc", "/proc/1/root/etc", "/proc/self", "..", "."})
    default void symlinkToDirectory_inOutputs_isNotEntered(String target) {
        try (Sandbox sandbox = Attacks.open(port(), Language.BASH)) {
            Attacks.run(sandbox, "mkdir d; ln -s '" + target + "' d/link; ln -s d/link top")
                    .said("");

            assertThat(sandbox.files()).isEmpty();
            for (String name : List.of("passwd", "shadow", "environ", "etc/passwd", "d/link", "status", "data")) {
                assertNotCollected(sandbox, "d/link/" + name);
                assertNotCollected(sandbox, "top/" + name);
            }
        }
    }

    @Test
    default void directorySwappedForLink_afterPut_isNotEntered() throws IOException {
        try (Sandbox sandbox = Attacks.open(port(), Language.BASH)) {
            Attacks.put(sandbox, "d/passwd", false, "mine\n");
            Attacks.put(sandbox, "d/e/passwd", false, "mine\n");

            Attacks.run(sandbox, "rm d/e/passwd; rmdir d/e; ln -s /etc d/e; mv d aside; ln -s /etc d")
                    .said("");

            assertThat(Attacks.names(sandbox)).containsExactly("aside/passwd");
            assertNotCollected(sandbox, "d/passwd");
            assertNotCollected(sandbox, "d/e/passwd");
            assertNotCollected(sandbox, "aside/e/passwd");
        }
    }

    @Test
    default void specialFiles_inOutputs_areNeitherCollectedNorWaitedFor() {
        try (Sandbox sandbox = Attacks.open(port(), Language.PYTHON)) {
            Attempt attempt = Attacks.run(sandbox, """
                    import os, socket, stat
                    os.mkfifo('fifo')
                    socket.socket(socket.AF_UNIX).bind('socket')
                    for kind in (stat.S_IFCHR, stat.S_IFBLK):
                        try:
                            os.mknod(f'device{kind}', 0o666 | kind, os.makedev(1, 5))
                            print('made a device')
                        except PermissionError:
                            print('refused')
                    """);

            attempt.said("refused\nrefused\n");
            assertThat(sandbox.files()).isEmpty();
            assertNotCollected(sandbox, "fifo");
            assertNotCollected(sandbox, "socket");
        }
    }

    @Test
    default void hardLinkToFileOfTheHost_inOutputs_cannotBeMade() {
        try (Sandbox sandbox = Attacks.open(port(), Language.PYTHON)) {
            Attacks.run(sandbox, """
                    import os
                    for path in ('/etc/passwd', '/usr/bin/env', '/proc/self/environ', '/dev/null', '/etc'):
                        try:
                            os.link(path, 'link')
                            print('linked', path)
                        except OSError:
                            pass
                    """).said("");

            assertThat(sandbox.files()).isEmpty();
        }
    }

    @Test
    default void hardLinks_ofOneFile_areCollectedAsFilesOfTheirOwn() throws IOException {
        try (Sandbox sandbox = Attacks.open(port(), Language.BASH)) {
            Attacks.run(sandbox, "echo x > a; ln a b; mkdir d; ln a d/c").said("");

            assertThat(Attacks.names(sandbox)).containsExactly("a", "b", "d/c");
            assertThat(Attacks.fetch(sandbox, "d/c")).asString().isEqualTo("x\n");
        }
    }

    @Test
    default void modesAndNames_ofEveryKind_doNotConfuseTheListing() throws IOException {
        String longest = "n".repeat(255);
        try (Sandbox sandbox = Attacks.open(port(), Language.PYTHON)) {
            Attacks.run(sandbox, """
                    import os
                    os.mkdir('closed')
                    for name in (b'n' * 255, b'line\\nbreak', b'-rf', b'\\xff\\xfe', b'back\\\\slash', b'esc\\x1b[2J', b' ', b'...',
                                 '\\u202etxt.exe'.encode(), b'closed/in'):
                        with open(name, 'w') as file:
                            file.write('x')
                        os.chmod(name, 0)
                    os.chmod('closed', 0)
                    """).said("");

            assertThat(Attacks.names(sandbox))
                    .containsExactlyInAnyOrder(
                            longest, "line\nbreak", "-rf", "esc\u001b[2J", " ", "...", "\u202etxt.exe", "closed/in");
            assertThat(Attacks.fetch(sandbox, longest)).asString().isEqualTo("x");
            assertThat(Attacks.fetch(sandbox, "closed/in")).asString().isEqualTo("x");
        }
    }

    @Test
    default void directoriesDeeperThanAnyPath_areLeftOutAndRemoved() {
        try (Sandbox sandbox = Attacks.open(port(), Language.PYTHON)) {
            Attacks.run(sandbox, """
                    import os
                    open('top', 'w').close()
                    for _ in range(3000):
                        os.mkdir('d' * 100)
                        os.chdir('d' * 100)
                    open('bottom', 'w').close()
                    """).said("");

            assertThat(Attacks.names(sandbox)).containsExactly("top");
        }
    }

    @Test
    default void hundredThousandFiles_areListedAndTheServerGoesOn() throws IOException {
        Limits many = new Limits(
                Attacks.LIMITS.wallTime(),
                Attacks.LIMITS.compileTime(),
                1024 * Attacks.MIB,
                64,
                2,
                64 * Attacks.MIB,
                64 * Attacks.MIB,
                120_000,
                Attacks.MIB,
                Attacks.MIB);
        try (Sandbox sandbox = Attacks.open(port(), Language.PYTHON, many)) {
            Attacks.run(sandbox, """
                    import os
                    for d in range(100):
                        os.mkdir(str(d))
                        for f in range(1000):
                            os.close(os.open(f'{d}/{f}', os.O_CREAT | os.O_WRONLY))
                    """).said("");

            assertThat(sandbox.files()).hasSize(100_000);
            assertThat(Attacks.fetch(sandbox, "99/999")).isEmpty();
        }
    }

    @Test
    default void filesWithoutEnd_areStoppedByTheLimit() {
        try (Sandbox sandbox = Attacks.open(port(), Language.PYTHON)) {
            Attempt attempt = Attacks.run(sandbox, """
                    count = 0
                    while True:
                        open(f'f{count}', 'w').close()
                        count += 1
                    """);

            assertThat(attempt.outcome()).isInstanceOf(DiskExceeded.class);
            assertThat(sandbox.files())
                    .hasSizeBetween(1000, Attacks.LIMITS.inodes())
                    .allSatisfy(file -> assertThat(file.size()).isZero());
        }
    }

    @Test
    default void sparseTebibyte_isRefused() {
        try (Sandbox sandbox = Attacks.open(port(), Language.PYTHON)) {
            Attacks.run(sandbox, """
                    import os, signal
                    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                    file = os.open('sparse', os.O_CREAT | os.O_RDWR)
                    for attempt in (lambda: os.ftruncate(file, 1 << 40), lambda: os.pwrite(file, b'x', (1 << 40) - 1),
                                    lambda: os.posix_fallocate(file, 0, 1 << 40)):
                        try:
                            attempt()
                            print('accepted')
                        except OSError:
                            print('refused')
                    """).said("refused\nrefused\nrefused\n");

            assertThat(sandbox.files())
                    .singleElement()
                    .satisfies(file -> assertThat(file.size()).isZero());
        }
    }

    @Test
    default void sparseFiles_atTheLimitOfOne_areNotReadBeyondWhatIsWanted() {
        try (Sandbox sandbox = Attacks.open(port(), Language.BASH)) {
            Attacks.run(sandbox, "for i in {1..50}; do truncate -s 100M sparse$i; done")
                    .said("");

            assertThat(sandbox.files()).hasSize(50);
            assertThatThrownBy(() ->
                            sandbox.fetch(new FileName("sparse1"), 10 * Attacks.MIB, OutputStream.nullOutputStream()))
                    .isInstanceOf(TooLargeException.class);
        }
    }

    @Test
    default void daemonThatKeepsWriting_isDeadBeforeTheListing() throws IOException {
        try (Sandbox sandbox = Attacks.open(port(), Language.PYTHON)) {
            Attacks.run(sandbox, """
                    import os, signal, time
                    for number in range(4):
                        if os.fork() == 0:
                            os.setsid()
                            if os.fork() != 0:
                                os._exit(0)
                            for ignored in range(1, 32):
                                if ignored not in (signal.SIGKILL, signal.SIGSTOP):
                                    signal.signal(ignored, signal.SIG_IGN)
                            file = os.open(f'growing{number}', os.O_CREAT | os.O_WRONLY | os.O_APPEND)
                            while True:
                                os.write(file, b'x' * 1000)
                                time.sleep(0.0005)
                    while sum(os.path.exists(f'growing{n}') and os.path.getsize(f'growing{n}') > 0 for n in range(4)) < 4:
                        time.sleep(0.01)
                    """).said("");

            List<SandboxFile> files = sandbox.files();
            assertThat(files).hasSize(4);
            for (SandboxFile file : files) {
                assertThat(Attacks.fetch(sandbox, file.name().value())).hasSize((int) file.size());
            }
            assertThat(sandbox.files()).containsExactlyInAnyOrderElementsOf(files);
        }
    }

    @Test
    default void memoryFullOfFiles_doesNotKillTheCollection() throws IOException {
        Limits little = Attacks.LIMITS
                .withMemoryBytes(64 * Attacks.MIB)
                .withDiskBytes(512 * Attacks.MIB)
                .withFileBytes(512 * Attacks.MIB);
        try (Sandbox sandbox = Attacks.open(port(), Language.BASH, little)) {
            Attempt attempt = Attacks.run(
                    sandbox, "echo small > small; for i in 1 2 3 4 5 6 7 8; do head -c 32M /dev/zero > f$i; done");

            assertThat(attempt.outcome()).isInstanceOf(MemoryExceeded.class);
            assertThat(Attacks.names(sandbox)).contains("small", "f1");
            assertThat(Attacks.fetch(sandbox, "small")).asString().isEqualTo("small\n");
        }
    }

    @Test
    default void longNamesInFullMemory_areListed() {
        Limits little = Attacks.LIMITS
                .withMemoryBytes(96 * Attacks.MIB)
                .withDiskBytes(512 * Attacks.MIB)
                .withFileBytes(512 * Attacks.MIB);
        try (Sandbox sandbox = Attacks.open(port(), Language.PYTHON, little)) {
            Attempt attempt = Attacks.run(sandbox, """
                    import os
                    for _ in range(3):
                        os.mkdir('d' * 250)
                        os.chdir('d' * 250)
                    for number in range(15000):
                        os.close(os.open(f'{number:0200d}', os.O_CREAT | os.O_WRONLY))
                    file = os.open('/mnt/data/fill', os.O_CREAT | os.O_WRONLY)
                    while True:
                        os.write(file, b'x' * 65536)
                    """);

            assertThat(attempt.outcome()).isInstanceOf(MemoryExceeded.class);
            assertThat(sandbox.files()).hasSize(15_001);
        }
    }

    private static void assertNotCollected(Sandbox sandbox, String name) {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        assertThatThrownBy(() -> sandbox.fetch(new FileName(name), Attacks.MIB, target))
                .as(name)
                .isInstanceOf(NotFoundException.class);
        assertThat(target.size()).isZero();
    }
}

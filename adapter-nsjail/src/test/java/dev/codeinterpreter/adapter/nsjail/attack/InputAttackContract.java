package dev.codeinterpreter.adapter.nsjail.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxFile;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attacks on the files that were given to a program: read-only ones stay as they are, a change of any other one is noticed. */
@Timeout(180)
interface InputAttackContract {

    SandboxPort port();

    @Test
    default void readOnlyInput_everyWayToChangeIt_isRefused() throws IOException {
        try (Sandbox sandbox = Attacks.open(port(), Language.PYTHON)) {
            Attacks.put(sandbox, "other.txt", false, "other\n");
            Attacks.put(sandbox, "skill/ro.txt", true, "original\n");
            Attacks.put(sandbox, "top.txt", true, "original\n");

            Attacks.run(sandbox, """
                    import ctypes, mmap, os, shutil
                    libc = ctypes.CDLL(None, use_errno=True)
                    def mount():
                        if libc.mount(b'other.txt', path.encode(), None, 4096, None) != 0:
                            raise OSError(ctypes.get_errno(), 'mount')
                    def reopen():
                        os.close(os.open(f'/proc/self/fd/{os.open(path, os.O_RDONLY)}', os.O_WRONLY))
                    def map_memory():
                        memory = mmap.mmap(os.open(path, os.O_RDONLY), 0, prot=mmap.PROT_READ | mmap.PROT_WRITE)
                        memory[0] = 0
                    def write_through_link():
                        os.link(path, 'alias.txt')
                        try:
                            open('alias.txt', 'w').close()
                        finally:
                            os.unlink('alias.txt')
                    for path in ('skill/ro.txt', 'top.txt'):
                        for name, attack in {
                            'write': lambda: open(path, 'w'),
                            'append': lambda: open(path, 'a'),
                            'update': lambda: open(path, 'r+'),
                            'reopen': reopen,
                            'mmap': map_memory,
                            'truncate': lambda: os.truncate(path, 0),
                            'chmod': lambda: os.chmod(path, 0o777),
                            'chown': lambda: os.chown(path, os.getuid(), os.getgid()),
                            'utime': lambda: os.utime(path, (0, 0)),
                            'setxattr': lambda: os.setxattr(path, 'user.x', b'x'),
                            'unlink': lambda: os.unlink(path),
                            'rename': lambda: os.rename(path, 'moved.txt'),
                            'replace': lambda: os.replace('other.txt', path),
                            'symlink': lambda: os.symlink('other.txt', path),
                            'link over': lambda: os.link('other.txt', path),
                            'write through link': write_through_link,
                            'mount': mount,
                        }.items():
                            try:
                                attack()
                                print(name, path, 'worked')
                            except OSError:
                                pass
                    for name, attack in {
                        'rename directory': lambda: os.rename('skill', 'away'),
                        'remove directory': lambda: os.rmdir('skill'),
                        'remove tree': lambda: shutil.rmtree('skill'),
                        'chmod directory': lambda: os.chmod('skill', 0o777),
                        'chmod all': lambda: os.chmod('.', 0o777),
                        'rename all': lambda: os.rename('/mnt/data', '/mnt/away'),
                    }.items():
                        try:
                            attack()
                            print(name, 'worked')
                        except OSError:
                            pass
                    print(open('skill/ro.txt').read() + open('top.txt').read(), end='')
                    """).said("original\noriginal\n");

            assertThat(sandbox.files())
                    .filteredOn(file -> !file.name().value().equals("other.txt"))
                    .hasSize(2)
                    .allMatch(SandboxFile::untouched);
            assertThat(Attacks.fetch(sandbox, "skill/ro.txt")).asString().isEqualTo("original\n");
        }
    }

    @Test
    default void inputWrittenThroughMemoryWithItsTimesPutBack_isNotUntouched() throws IOException {
        try (Sandbox sandbox = Attacks.open(port(), Language.PYTHON)) {
            Attacks.put(sandbox, "mapped", false, "content\n");
            Attacks.put(sandbox, "same", false, "content\n");

            Attacks.run(sandbox, """
                    import mmap, os
                    before = os.stat('mapped')
                    with open('mapped', 'r+b') as file, mmap.mmap(file.fileno(), 0) as memory:
                        memory[0:1] = b'X'
                    os.utime('mapped', ns=(before.st_atime_ns, before.st_mtime_ns))
                    """).said("");

            assertThat(sandbox.files())
                    .filteredOn(SandboxFile::untouched)
                    .extracting(file -> file.name().value())
                    .containsExactly("same");
            assertThat(Attacks.fetch(sandbox, "mapped")).asString().isEqualTo("Xontent\n");
        }
    }

    @Test
    default void inputReplacedByLinkToTheSameContent_isNotCollected() throws IOException {
        try (Sandbox sandbox = Attacks.open(port(), Language.BASH)) {
            Attacks.put(sandbox, "input", false, "content\n");

            Attacks.run(sandbox, "mv input /tmp/moved; ln -s /tmp/moved input").said("");

            assertThat(sandbox.files()).isEmpty();
        }
    }
}

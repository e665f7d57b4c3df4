package dev.codeinterpreter.adapter.nsjail.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.sandbox.SandboxPort;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a program can learn of the server, the host and other programs: nothing. */
@Timeout(180)
interface VisibilityAttackContract {

    /** Everything that any program may find in its environment; a shell adds the last three. */
    Set<String> ENVIRONMENT = Set.of(
            "PATH",
            "HOME",
            "TMPDIR",
            "LC_ALL",
            "TZ",
            "PYTHONPATH",
            "PYTHONUNBUFFERED",
            "PYTHONDONTWRITEBYTECODE",
            "MPLBACKEND",
            "MPLCONFIGDIR",
            "PYTHONMALLOC",
            "OPENBLAS_NUM_THREADS",
            "OMP_NUM_THREADS",
            "JE_ARROW_MALLOC_CONF",
            "PWD",
            "SHLVL",
            "_");

    SandboxPort port();

    @Test
    default void environment_isTheListAndNothingElse() {
        for (Attempt attempt : new Attempt[] {
            Attacks.bash(port(), "env"),
            Attacks.python(port(), "import os\nfor name in os.environ: print(name + '=' + os.environ[name])"),
            Attacks.python(port(), "print(open('/proc/self/environ').read().replace('\\0', '\\n'), end='')"),
            Attacks.c(port(), """
                    #include <stdio.h>
                    extern char **environ;
                    int main(void) { for (char **e = environ; *e; e++) puts(*e); }
                    """)
        }) {
            assertThat(attempt.ranThrough().lines())
                    .extracting(line -> line.substring(0, Math.max(0, line.indexOf('='))))
                    .doesNotHaveDuplicates()
                    .isSubsetOf(ENVIRONMENT);
        }
    }

    /** The program knows beginnings, lengths and digests only, so that it finds no copy that it has made itself. */
    @Test
    default void environmentOfTheServer_isNotInTheMemoryOfTheProgram() {
        String searched = System.getenv().entrySet().stream()
                .filter(entry -> !ENVIRONMENT.contains(entry.getKey()))
                .map(entry -> (entry.getKey() + "=" + entry.getValue()).getBytes(StandardCharsets.UTF_8))
                .filter(text -> text.length >= 12)
                .map(text -> "(bytes.fromhex('" + HexFormat.of().formatHex(text, 0, 6) + "'), " + text.length + ", '"
                        + digest(text) + "')")
                .collect(Collectors.joining(",\n"));
        assertThat(searched).isNotEmpty();

        Attacks.python(port(), """
                import ctypes, hashlib
                searched = [
                %s
                ]
                for line in open('/proc/self/maps').read().splitlines():
                    fields = line.split()
                    if fields[1].startswith('rw'):
                        begin, end = (int(part, 16) for part in fields[0].split('-'))
                        memory = ctypes.string_at(begin, end - begin)
                        for prefix, length, digest in searched:
                            at = memory.find(prefix)
                            while at >= 0:
                                if hashlib.sha256(memory[at:at + length]).hexdigest() == digest:
                                    print('found', memory[at:at + length])
                                at = memory.find(prefix, at + 1)
                print('searched')
                """.formatted(searched)).said("searched\n");
    }

    private static String digest(byte[] text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Test
    default void descriptors_areTheStandardOnes() {
        Attacks.bash(port(), """
                for fd in {0..300}; do
                  [ -e /proc/$$/fd/$fd ] && echo $fd $(readlink /proc/$$/fd/$fd | cut -d : -f 1)
                done
                true
                """).said("0 /dev/null\n1 pipe\n2 pipe\n255 /tmp/code/code.sh\n");
        Attacks.python(port(), """
                import os, stat
                for number in range(3, 4096):
                    try:
                        status = os.fstat(number)
                    except OSError:
                        continue
                    if number != 3 or not stat.S_ISSOCK(status.st_mode): # of a waiting interpreter: it says on it that it is done
                        print(number, os.readlink(f'/proc/self/fd/{number}'))
                """).said("");
        Attacks.c(port(), """
                #include <fcntl.h>
                #include <stdio.h>
                int main(void) { for (int fd = 0; fd < 4096; fd++) if (fcntl(fd, F_GETFD) >= 0) printf("%d ", fd); }
                """).said("0 1 2 ");
    }

    @Test
    default void processes_areTheProgramsOwn() {
        Attacks.python(port(), """
                import os
                pids = [int(name) for name in os.listdir('/proc') if name.isdigit()]
                print(pids == [os.getpid()], 1 in pids)
                seen = 0
                for pid in range(1, 70000):
                    seen += os.path.exists(f'/proc/{pid}')
                print(seen)
                """).said("True False\n1\n");
    }

    @Test
    default void controlFiles_areGone() {
        Attacks.bash(port(), """
                ls -d /ctl/* /cg/*/* 2>/dev/null
                for f in /sandbox-init /sandbox-zygote.so /ctl/s; do [ -s $f ] || [ -S $f ] && echo "$f is there"; done
                find / -xdev \\( -type s -o -type p \\) 2>/dev/null
                true
                """).said("");
    }

    @Test
    default void hostFiles_areNotThere() {
        Attacks.bash(port(), """
                for f in /etc/shadow /etc/ssh /etc/hostname /etc/resolv.conf /etc/machine-id /root /home /var /run /sys /boot /srv \\
                    /proc/kcore /dev/mem /dev/kmsg /dev/tty /dev/console /dev/pts /dev/mqueue /dev/net /dev/kvm /dev/vda /dev/sda \\
                    /dev/loop0 /dev/fuse /dev/vsock /var/run/docker.sock /.dockerenv; do
                  ls -d $f 2>/dev/null
                done
                head -c 1 /proc/kmsg /proc/cmdline /proc/keys /proc/diskstats /proc/partitions /proc/modules 2>/dev/null \\
                    | grep -v '^==>' | grep .
                cut -d : -f 1 /etc/passwd | tr '\\n' ' '
                find /usr /opt /etc -writable ! -type l 2>/dev/null | head
                """).said("root sandbox nobody ");
    }

    @Test
    default void mountInformation_namesOnlyPublicPlaces() {
        Attempt attempt = Attacks.bash(
                        port(), "cut -d ' ' -f 4,5 /proc/self/mountinfo; cat /proc/self/mounts > /dev/null")
                .ranThrough();

        assertThat(attempt.lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.split(" ", 2)[0])
                        .matches("/|/usr(/.*)?|/etc/.*|/opt/code-interpreter(/.*)?|/(null|zero|full|random|urandom)"
                                + "|.*/i-[A-Za-z0-9_-]+/files/(rt|etc/[a-z.]+)|/\\.?passwd.*"));
    }

    @Test
    default void cgroupNames_areNotTold() {
        Attempt attempt = Attacks.bash(port(), "cut -d : -f 3 /proc/self/cgroup | sort -u")
                .ranThrough();

        assertThat(attempt.stdout()).isEqualTo("/\n");
    }

    @Test
    default void nameOfTheHost_isNotTold() throws IOException {
        String host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        assertThat(host).isNotEqualTo("sandbox");

        Attempt attempt = Attacks.bash(
                        port(), "uname -n; cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname; cat /etc/hosts")
                .ranThrough();

        assertThat(attempt.lines()).startsWith("sandbox", "sandbox", "(none)");
        assertThat(attempt.stdout())
                .doesNotContain(
                        InetAddress.getLocalHost().getHostAddress().startsWith("127.")
                                ? host
                                : InetAddress.getLocalHost().getHostAddress());
    }

    @Test
    default void compiler_showsNothingMoreThanTheProgramSees() {
        for (String path : new String[] {"/etc/shadow", "/proc/1/environ", "/proc/1/root/etc/passwd", "/ctl/s"}) {
            Attempt attempt = Attacks.c(
                    port(),
                    "__asm__(\".section .rodata\\n.globl it\\nit: .incbin \\\"" + path
                            + "\\\"\\n\");\nint main(void) {}\n");

            assertThat(attempt.outcome().isSuccess()).as(path).isFalse();
        }
    }
}

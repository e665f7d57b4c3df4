package dev.codeinterpreter.adapter.nsjail.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.execution.Outcome.OutputExceeded;
import dev.codeinterpreter.core.execution.Outcome.ProcessesExceeded;
import dev.codeinterpreter.core.execution.Outcome.TimedOut;
import dev.codeinterpreter.core.execution.OutputListener;
import dev.codeinterpreter.core.execution.Phase;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on what all sandboxes share but memory: processes, descriptors, disk, output, processor time. */
@Timeout(180)
interface ResourceAttackContract {

    SandboxPort port();

    @Test
    default void forkBomb_endsAndOnlyItsOwnSandboxFeelsIt() {
        try (Sandbox neighbour = Attacks.open(port(), Language.BASH)) {
            Attempt attempt = Attacks.python(port(), Attacks.SHORT, """
                    import os
                    while True:
                        try:
                            os.fork()
                        except OSError:
                            pass
                    """);

            assertThat(attempt.outcome()).isInstanceOfAny(TimedOut.class, ProcessesExceeded.class);
            Attacks.run(neighbour, "for i in 1 2 3; do (echo $i); done").said("1\n2\n3\n");
        }
    }

    @Test
    default void threadBomb_endsAtTheLimitOfProcesses() {
        Attempt attempt = Attacks.python(port(), """
                import os, threading
                stop = threading.Event()
                made = 0
                try:
                    while True:
                        threading.Thread(target=stop.wait, daemon=True).start()
                        made += 1
                except RuntimeError:
                    print(made <= 64, flush=True)
                    os._exit(1)
                """);

        assertThat(attempt.outcome()).isInstanceOf(ProcessesExceeded.class);
        assertThat(attempt.stdout()).isEqualTo("True\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
                "import os, signal\nos.kill(0, signal.SIGSTOP)",
                "import signal\nfor n in set(range(1, 65)) - {9, 19, 32, 33}: signal.signal(n, signal.SIG_IGN)\nwhile True: pass",
                "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: signal.pause()",
                "import os\nos.vfork = os.fork\nif os.fork(): os.wait()\nelse:\n  while True: pass",
                "import os\nos.closerange(0, 1024)\nwhile True: pass"
            })
    default void programThatDoesNotWantToEnd_ends(String code) {
        assertThat(Attacks.python(port(), Attacks.SHORT, code).outcome())
                .isEqualTo(new TimedOut(Attacks.SHORT.wallTime()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "head -c 100M /dev/zero",
                "head -c 100M /dev/zero | tr '\\0' x",
                "yes | head -c 100M >&2",
                "yes & yes >&2",
                "while :; do cat /usr/bin/* | head -c 64K; cat /usr/bin/* | head -c 64K >&2; done",
                "for i in {1..20}; do setsid yes & done; wait"
            })
    default void flood_isCutAtTheLimit(String code) {
        AtomicLong written = new AtomicLong();
        try (Sandbox sandbox = Attacks.open(port(), Language.BASH)) {
            Outcome outcome = sandbox.run(Attacks.program(code, ProgramInput.empty()), new OutputListener() {
                        @Override
                        public void stdout(byte[] bytes, int offset, int length) {
                            written.addAndGet(length);
                        }

                        @Override
                        public void stderr(byte[] bytes, int offset, int length) {
                            written.addAndGet(length);
                        }
                    })
                    .outcome();

            assertThat(outcome).isEqualTo(new OutputExceeded(Attacks.LIMITS.outputBytes()));
            assertThat(written).hasValueLessThanOrEqualTo(Attacks.LIMITS.outputBytes());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#include \"/dev/zero\"",
                "#include \"/proc/self/fd/0\"",
                "char a[1ul << 33] = {1}; int main() {}",
                """
                #define A "xxxxxxxxxxxxxxxx"
                #define B A A A A A A A A
                #define C B B B B B B B B
                #define D C C C C C C C C
                #define E D D D D D D D D
                #define F E E E E E E E E
                #define G F F F F F F F F
                #define H G G G G G G G G
                char *s = H;
                """,
                "#include __FILE__\n#include __FILE__\nint main() {}"
            })
    default void compilerThatIsMadeToRunAway_ends(String code) {
        Limits little = Attacks.LIMITS.withCompileTime(Attacks.SHORT.wallTime()).withMemoryBytes(128 * Attacks.MIB);
        try (Sandbox sandbox = Attacks.open(port(), Language.C, little)) {
            Attempt attempt = Attacks.run(sandbox, code);

            assertThat(attempt.outcome().isSuccess()).isFalse();
            assertThat(attempt.result().phase()).isEqualTo(Phase.COMPILE);
        }
    }

    @Test
    default void descriptors_areLimitedPerProcess() {
        Attacks.python(port(), """
                import errno, os
                count = 0
                try:
                    while True:
                        os.open('/dev/null', os.O_RDONLY)
                        count += 1
                except OSError as error:
                    print(errno.errorcode[error.errno], count < 1024)
                """).said("EMFILE True\n");
    }

    @Test
    default void disk_endsAtTheLimit_inEveryWritablePlace() {
        Limits little = Attacks.LIMITS.withDiskBytes(4 * Attacks.MIB);
        Attacks.bash(port(), little, """
                for place in /mnt/data /tmp /dev/shm; do
                  for i in {1..12}; do head -c 20M /dev/zero > $place/fill$i; done 2>/dev/null
                  (( $(du -sm $place | cut -f 1) <= $(df -m --output=size $place | tail -n 1) )) && echo limited
                  rm -f $place/fill*
                done
                """).said("limited\nlimited\nlimited\n");
    }

    @Test
    default void everyOtherPlace_isReadOnly() {
        Attacks.bash(port(), """
                {
                  for d in $(find / -xdev -type d 2>/dev/null) /usr /opt/* /etc/* /proc/self /var /run /home /root /sys; do
                    (: > "$d/made") 2>/dev/null && echo "$d"
                  done
                  awk '$4 ~ /^rw/ && $2 !~ "^/(proc|dev/(null|zero|full|random|urandom)$)" { print $2 }' /proc/mounts
                } | sort -u
                """).said("/dev/shm\n/mnt/data\n/tmp\n");
    }

    @Test
    default void priorityAboveOthers_cannotBeHad() {
        Attacks.python(port(), """
                import os
                for name, attack in {
                    'nice': lambda: os.nice(-1),
                    'fifo': lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
                    'round robin': lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1)),
                }.items():
                    try:
                        attack()
                        print(name)
                    except OSError:
                        pass
                """).said("");
    }
}

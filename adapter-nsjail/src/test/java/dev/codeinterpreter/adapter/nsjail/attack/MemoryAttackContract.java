package dev.codeinterpreter.adapter.nsjail.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.Outcome.MemoryExceeded;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attacks on the machine's memory, by every kind of object in which a program can keep bytes. */
@Timeout(180)
interface MemoryAttackContract {

    /** Small, so that exceeding it takes a busy machine little time. */
    Limits LITTLE = Attacks.LIMITS.withMemoryBytes(64 * Attacks.MIB);

    SandboxPort port();

    @Test
    default void threeGibibytes_inOneProcess_areRefused() {
        assertExceeded(Attacks.LIMITS.withMemoryBytes(512 * Attacks.MIB), "x = bytearray(3 << 30)\nprint('had it')");
    }

    @Test
    default void eightTimesAQuarterGibibyte_inChildren_areRefused() {
        assertExceeded(Attacks.LIMITS.withMemoryBytes(512 * Attacks.MIB), """
                import os, signal, time
                for _ in range(8):
                    if os.fork() == 0:
                        data = b'x' * (256 << 20)
                        time.sleep(20)
                        os._exit(0)
                killed = sum(os.WIFSIGNALED(os.wait()[1]) for _ in range(8))
                if not killed:
                    print('had it')
                os._exit(9)
                """);
    }

    @Test
    default void memoryThatCannotBeSwappedOrShared_isCounted() {
        assertExceeded(LITTLE, """
                import ctypes, mmap, os
                libc = ctypes.CDLL(None)
                kept = []
                for _ in range(64):
                    memory = mmap.mmap(-1, 4 << 20, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
                    memory.write(b'x' * (4 << 20))
                    kept.append(memory)
                print('had it')
                """);
    }

    @Test
    default void anonymousFiles_areCounted() {
        assertExceeded(LITTLE, """
                import os
                kept = []
                for _ in range(64):
                    kept.append(os.memfd_create('m'))
                    os.write(kept[-1], b'x' * (4 << 20))
                print('had it')
                """);
    }

    @Test
    default void systemVSharedMemory_isCounted() {
        assertExceeded(LITTLE, """
                import ctypes
                libc = ctypes.CDLL(None, use_errno=True)
                libc.shmat.restype = ctypes.c_void_p
                for _ in range(64):
                    id = libc.shmget(0, 4 << 20, 0o1600)
                    ctypes.memset(libc.shmat(id, None, 0), 1, 4 << 20)
                print('had it')
                """);
    }

    @Test
    default void filesOfEveryWritablePlace_areCounted() {
        Limits large = LITTLE.withDiskBytes(512 * Attacks.MIB);
        assertExceeded(large, """
                import os
                for place in ('/dev/shm', '/tmp', '/mnt/data'):
                    for number in range(30):
                        try:
                            with open(f'{place}/{number}', 'wb') as file:
                                file.write(b'x' * (4 << 20))
                        except OSError:
                            break
                print('had it')
                """);
    }

    @Test
    default void tablesOfTheKernel_areCounted() {
        assertExceeded(LITTLE, """
                import ctypes
                libc = ctypes.CDLL(None)
                libc.mmap.restype = ctypes.c_void_p
                libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
                area = libc.mmap(None, 1 << 40, 3, 0x4022, -1, 0) # private, anonymous, no reserve
                for at in range(area, area + (1 << 40), 2 << 20): # one page in each table, and reads only
                    ctypes.string_at(at, 1)
                print('had it')
                """);
    }

    @Test
    default void pipesAndUnixSockets_areCountedOrRefused() {
        Attempt attempt = Attacks.python(port(), LITTLE, """
                import fcntl, os, socket
                kept, held = [], 0
                def fill(write, chunk):
                    global held
                    try:
                        while True:
                            held += write(chunk)
                    except (BlockingIOError, OSError):
                        pass
                try:
                    while len(kept) < 300:
                        ends = os.pipe2(os.O_NONBLOCK)
                        kept.append(ends)
                        try:
                            fcntl.fcntl(ends[1], 1031, 1 << 20)
                        except OSError:
                            pass
                        fill(lambda chunk: os.write(ends[1], chunk), b'x' * 65536)
                    while True:
                        pair = socket.socketpair()
                        kept.append(pair)
                        pair[0].setblocking(False)
                        fill(pair[0].send, b'x' * 65536)
                except OSError as error:
                    print('refused', held < 128 << 20)
                """);

        if (!(attempt.outcome() instanceof MemoryExceeded)) {
            attempt.said("refused True\n");
        }
    }

    /** The program gets no further than its limit, and the reason is told. */
    private void assertExceeded(Limits limits, String code) {
        Attempt attempt = Attacks.python(port(), limits, code);

        assertThat(attempt.outcome())
                .isInstanceOfSatisfying(
                        MemoryExceeded.class,
                        exceeded -> assertThat(exceeded.limitBytes()).isEqualTo(limits.memoryBytes()));
        assertThat(attempt.stdout()).isEmpty();
    }
}

package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set before each test
final class CgroupV2Test {

    private static final CgroupLimits LIMITS = new CgroupLimits(64L << 20, 10, 1.5);

    @TempDir
    private Path root;

    private FakeCgroups fake;
    private CgroupSlot slot;

    @BeforeEach
    void open() throws IOException {
        fake = new FakeCgroups(root).cgroup("ours").cgroup("ours/s1");
        slot = new CgroupV2(root.resolve("ours")).slot("s1");
    }

    @Test
    void open_directory_handsTheControllersDown() throws IOException {
        assertThat(fake.read("ours/cgroup.subtree_control")).isEqualTo("+memory +pids +cpu");
    }

    @Test
    void prepare_limits_areInTheFiles() throws IOException {
        slot.prepare(LIMITS);

        assertThat(fake.read("ours/s1/memory.max")).isEqualTo(Long.toString(64L << 20));
        assertThat(fake.read("ours/s1/memory.swap.max")).isEqualTo("0");
        assertThat(fake.read("ours/s1/pids.max")).isEqualTo("10");
        assertThat(fake.read("ours/s1/cpu.max")).isEqualTo("150000 100000");
    }

    @Test
    void prepare_kernelWithoutSwap_isFine() throws IOException {
        fake.remove("ours/s1/memory.swap.max");

        slot.prepare(LIMITS);

        assertThat(root.resolve("ours/s1/memory.swap.max")).doesNotExist();
        assertThat(fake.read("ours/s1/pids.max")).isEqualTo("10");
    }

    /** A directory that is no cgroup must not be taken for one: the limits would be files and nothing else. */
    @Test
    void prepare_noFilesOfAKernel_fails() throws IOException {
        fake.remove("ours/s1/memory.max");

        assertThatThrownBy(() -> slot.prepare(LIMITS)).isInstanceOf(NoSuchFileException.class);
        assertThat(root.resolve("ours/s1/memory.max")).doesNotExist();
    }

    @Test
    void entrances_oneDirectory_isItsListOfProcesses() {
        assertThat(slot.entrances()).containsExactly(root.resolve("ours/s1/cgroup.procs"));
    }

    @Test
    void read_whatTheKernelCounted_isUnderstood() throws IOException {
        fake.write("ours/s1/memory.events", "low 0\nhigh 0\nmax 17\noom 3\noom_kill 2\noom_group_kill 0\n");
        fake.write("ours/s1/pids.events", "max 5\n");
        fake.write("ours/s1/cpu.stat", "usage_usec 1234567\nuser_usec 1000000\nsystem_usec 234567\n");
        fake.write("ours/s1/memory.peak", "33554432\n");

        CgroupReading reading = slot.read();

        assertThat(reading.memoryKills()).isEqualTo(2);
        assertThat(reading.refusedForks()).isEqualTo(5);
        assertThat(reading.cpuTime()).contains(Duration.ofNanos(1_234_567_000));
        assertThat(reading.peakMemoryBytes()).hasValue(33_554_432);
    }

    @Test
    void read_kernelWithoutPeak_isAbsent() throws IOException {
        assertThat(slot.read().peakMemoryBytes()).isEmpty();
        assertThat(slot.read().memoryKills()).isZero();
    }

    @Test
    void evacuate_membersLeft_areKilledAsAWhole() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sleep", "1000").start();
        try {
            fake.write("ours/s1/cgroup.kill", "");
            fake.write("ours/s1/cgroup.procs", process.pid() + "\n");

            assertThat(slot.evacuate()).isFalse();

            assertThat(fake.read("ours/s1/cgroup.kill")).isEqualTo("1");
            assertThat(process.waitFor()).isEqualTo(128 + 9);
            fake.write("ours/s1/cgroup.procs", "");
            assertThat(slot.evacuate()).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void remove_emptySlot_isGone() throws IOException {
        Files.createDirectory(root.resolve("ours/s2"));
        CgroupSlot empty = new CgroupV2(root.resolve("ours")).slot("s2");

        empty.remove();
        empty.remove();

        assertThat(root.resolve("ours/s2")).doesNotExist();
    }

    @Test
    void makeParent_rootCgroup_movesNobody() throws IOException {
        fake.cgroup("").write("cgroup.procs", "1\n");

        CgroupV2.makeParent(root);

        assertThat(root.resolve("server")).doesNotExist();
        assertThat(fake.read("cgroup.subtree_control")).isEqualTo("+memory +pids +cpu");
    }

    @Test
    void makeParent_memberThatEndedMeanwhile_isPassedOver() throws IOException {
        fake.cgroup("own", "cgroup.type").write("own/cgroup.procs", "999999999\n");

        CgroupV2.makeParent(root.resolve("own"));

        assertThat(fake.read("own/cgroup.subtree_control")).isEqualTo("+memory +pids +cpu");
    }

    @Test
    void makeParent_memberThatCannotBeMoved_fails() throws IOException {
        fake.cgroup("own", "cgroup.type")
                .write("own/cgroup.procs", ProcessHandle.current().pid() + "\n");

        assertThatThrownBy(() -> CgroupV2.makeParent(root.resolve("own"))).isInstanceOf(IOException.class);
        assertThat(fake.read("own/cgroup.subtree_control")).isEmpty();
    }
}

package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The cgroups of this machine, of whichever version they are. */
@Timeout(60)
@SuppressWarnings("NullAway.Init") // set before each test
final class RealCgroupsTest {

    private static final long MIB = 1L << 20;
    private static final CgroupLimits LIMITS = new CgroupLimits(48 * MIB, 6, 1.5);

    @TempDir
    private Path directory;

    private Path guard;
    private CgroupTree tree;
    private CgroupSlot slot;

    @BeforeEach
    void open() throws IOException {
        guard = RuntimeFiles.unpack(directory.resolve("files"), 1001).guard();
        tree = CgroupDiscovery.ofThisProcess()
                .open("test-" + ProcessHandle.current().pid());
        slot = tree.slot("s1");
        slot.prepare(LIMITS);
    }

    @AfterEach
    void close_whateverHappened_leavesNoDirectory() throws IOException {
        List<Path> slots = slotDirectories();
        tree.close();

        assertThat(slots).isNotEmpty().allSatisfy(path -> {
            assertThat(path).doesNotExist();
            assertThat(path.getParent()).doesNotExist();
        });
    }

    @Test
    void prepare_limits_areInTheKernel() throws IOException {
        List<String> values = new ArrayList<>();
        for (Path path : slotDirectories()) {
            for (String file : List.of(
                    "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.max", "pids.max", "cpu.max")) {
                if (Files.exists(path.resolve(file))) {
                    values.add(file + "=" + Files.readString(path.resolve(file)).trim());
                }
            }
            if (Files.exists(path.resolve("cpu.cfs_quota_us"))) {
                values.add("cpu.max="
                        + Files.readString(path.resolve("cpu.cfs_quota_us")).trim() + " "
                        + Files.readString(path.resolve("cpu.cfs_period_us")).trim());
            }
        }

        assertThat(values)
                .contains("pids.max=6", "cpu.max=150000 100000")
                .filteredOn(value -> value.startsWith("memory."))
                .isNotEmpty()
                .allMatch(value -> value.endsWith("=" + 48 * MIB));
    }

    @Test
    void prepare_otherLimits_replaceTheFirst() throws IOException {
        slot.prepare(new CgroupLimits(96 * MIB, 7, 0.5));
        slot.prepare(new CgroupLimits(32 * MIB, 5, 2.0));

        assertThat(run("/usr/bin/tail", "/dev/zero").exitValue()).isEqualTo(128 + 9);
        assertThat(slot.read().peakMemoryBytes().orElse(32 * MIB)).isBetween(24 * MIB, 32 * MIB);
    }

    @Test
    void read_processThatNeedsTooMuchMemory_countsTheKillAndThePeak() throws IOException {
        Process process = run("/usr/bin/tail", "/dev/zero");

        assertThat(process.exitValue()).isEqualTo(128 + 9);
        CgroupReading reading = slot.read();
        assertThat(reading.memoryKills()).isEqualTo(1);
        assertThat(reading.peakMemoryBytes().orElse(48 * MIB)).isBetween(40 * MIB, 48 * MIB);
        assertThat(reading.cpuTime())
                .hasValueSatisfying(time -> assertThat(time).isPositive());
    }

    @Test
    void prepare_afterAMemoryKill_isAClean() throws IOException {
        run("/usr/bin/tail", "/dev/zero");

        slot.prepare(LIMITS);

        CgroupReading reading = slot.read();
        assertThat(reading.memoryKills()).isZero();
        assertThat(reading.peakMemoryBytes().orElse(0)).isLessThan(8 * MIB);
        assertThat(reading.cpuTime().orElse(Duration.ZERO)).isZero();
        assertThat(run("/usr/bin/true").exitValue()).isZero();
        assertThat(slot.read().memoryKills()).isZero();
    }

    @Test
    void read_processThatForksTooOften_countsTheRefusal() throws IOException {
        Process process = forkUntilRefused();

        assertThat(process.exitValue()).isEqualTo(3);
        assertThat(slot.read().refusedForks()).isPositive();
        assertThat(slot.read().memoryKills()).isZero();

        evacuate();
        slot.prepare(LIMITS);

        assertThat(slot.read().refusedForks()).isZero();
    }

    @Test
    void evacuate_processesLeftBehind_areKilled() throws IOException {
        forkUntilRefused();
        List<Long> left = members();
        assertThat(left).hasSize(5);

        evacuate();

        assertThat(members()).isEmpty();
        assertThat(left)
                .allSatisfy(pid -> await().until(() ->
                        !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)));
        slot.remove();
        assertThat(slotDirectories()).allSatisfy(path -> assertThat(path).doesNotExist());
    }

    @Test
    void close_processesLeftBehind_areKilled() throws IOException {
        forkUntilRefused();
        List<Long> left = members();

        tree.close();

        assertThat(left)
                .hasSize(5)
                .allSatisfy(pid -> await().until(() ->
                        !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)));
    }

    /** Leaves five children that sleep. */
    private Process forkUntilRefused() throws IOException {
        return run(
                "/usr/bin/perl",
                "-e",
                "for (1..20) { my $p = fork; exit 3 unless defined $p;"
                        + " if (!$p) { close STDOUT; close STDERR; sleep 1000; exit } }");
    }

    private void evacuate() {
        await().atMost(Duration.ofSeconds(10)).until(slot::evacuate);
    }

    private List<Path> slotDirectories() {
        return slot.entrances().stream().map(Path::getParent).toList();
    }

    private List<Long> members() throws IOException {
        return Files.readAllLines(slotDirectories().getFirst().resolve("cgroup.procs")).stream()
                .map(Long::valueOf)
                .toList();
    }

    /** Runs a program as a member of the slot to its end. */
    private Process run(String... program) throws IOException {
        List<String> command = new ArrayList<>(List.of(guard.toString(), "enter"));
        slot.entrances().forEach(entrance -> command.add(entrance.toString()));
        command.add("--");
        command.addAll(List.of(program));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
        await().atMost(Duration.ofSeconds(30)).until(() -> !process.isAlive());
        return process;
    }
}

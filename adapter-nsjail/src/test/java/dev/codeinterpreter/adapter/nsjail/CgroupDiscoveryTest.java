package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Made-up tables of other machines; their mount points lie in a temporary directory. */
@SuppressWarnings("NullAway.Init") // set before each test
final class CgroupDiscoveryTest {

    @TempDir
    private Path root;

    @Test
    void parse_version1_everyControllerIsFound() throws IOException {
        CgroupDiscovery found = discover("""
                proc /proc proc rw,nosuid 0 0
                tmpfs ROOT tmpfs rw,mode=755 0 0
                cgroup ROOT/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0
                cgroup ROOT/memory cgroup rw,relatime,memory 0 0
                cgroup ROOT/pids cgroup rw,relatime,pids 0 0
                cgroup ROOT/devices cgroup rw,relatime,devices 0 0
                """, """
                4:memory:/process/91e8
                3:pids:/
                2:cpu,cpuacct:/shares
                1:name=systemd:/
                """);

        assertThat(found.v1())
                .containsOnlyKeys("memory", "pids", "cpu", "cpuacct")
                .containsEntry("cpu", root.resolve("cpu,cpuacct"))
                .containsEntry("cpuacct", root.resolve("cpu,cpuacct"))
                .containsEntry("memory", root.resolve("memory"));
        assertThat(found.v2()).isEmpty();
        assertThat(found.paths()).containsEntry("memory", "/process/91e8").containsEntry("cpuacct", "/shares");
    }

    @Test
    void parse_hybrid_version2WithoutControllersIsPassedOver() throws IOException {
        Files.writeString(directory("unified").resolve("cgroup.controllers"), "hugetlb\n");

        CgroupDiscovery found = discover("""
                cgroup2 ROOT/unified cgroup2 rw,relatime 0 0
                cgroup ROOT/memory cgroup rw,relatime,memory 0 0
                """, "0::/\n4:memory:/\n");

        assertThat(found.v2()).isEmpty();
        assertThat(found.v1()).containsOnlyKeys("memory");
    }

    @Test
    void parse_version2_isFound() throws IOException {
        Files.writeString(root.resolve("cgroup.controllers"), "cpuset cpu io memory hugetlb pids rdma misc\n");

        CgroupDiscovery found =
                discover("cgroup2 ROOT cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate 0 0\n", "0::/a.slice/b\n");

        assertThat(found.v2()).contains(root);
        assertThat(found.v1()).isEmpty();
        assertThat(found.paths()).containsEntry("", "/a.slice/b");
    }

    @Test
    void parse_mountPointWithASpace_isUnderstood() throws IOException {
        Files.writeString(directory("with space").resolve("cgroup.controllers"), "cpu memory pids\n");

        CgroupDiscovery found = discover("cgroup2 ROOT/with\\040space cgroup2 rw 0 0\n", "0::/\n");

        assertThat(found.v2()).contains(root.resolve("with space"));
    }

    @Test
    void open_nothingMounted_saysWhatIsMissing() throws IOException {
        CgroupDiscovery found = discover("proc /proc proc rw 0 0\n\nshort line\n", "0::/\nnonsense\n");

        assertThatThrownBy(() -> found.open("i-1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("memory, pids and cpu")
                .hasMessageContaining("--privileged");
    }

    @Test
    void open_oneControllerOfVersion1Missing_saysWhatIsMissing() throws IOException {
        CgroupDiscovery found = discover("""
                cgroup ROOT/cpu cgroup rw,cpu,cpuacct 0 0
                cgroup ROOT/memory cgroup rw,memory 0 0
                """, "");

        assertThatThrownBy(() -> found.open("i-1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("pids");
    }

    @Test
    void open_mountedReadOnlyAsInAnUnprivilegedContainer_saysWhatIsMissing() throws IOException {
        Files.writeString(root.resolve("cgroup.controllers"), "cpu memory pids\n");

        CgroupDiscovery found = discover("cgroup2 ROOT cgroup2 ro,nosuid 0 0\n", "0::/\n");

        assertThatThrownBy(() -> found.open("i-1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("writable");
    }

    @Test
    void open_version1_isBelowOurOwnCgroup() throws IOException {
        directory("memory/process/91e8");
        directory("cpu,cpuacct");
        directory("pids");

        CgroupDiscovery found = discover("""
                cgroup ROOT/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0
                cgroup ROOT/memory cgroup rw,memory 0 0
                cgroup ROOT/pids cgroup rw,pids 0 0
                """, "4:memory:/process/91e8\n3:pids:/\n2:cpu,cpuacct:/\n");
        found.open("i-1");

        assertThat(root.resolve("memory/process/91e8/code-interpreter/i-1")).isDirectory();
        assertThat(root.resolve("pids/code-interpreter/i-1")).isDirectory();
        assertThat(root.resolve("cpu,cpuacct/code-interpreter/i-1")).isDirectory();
    }

    /** Without a cgroup namespace, Docker shows the container's own cgroup as the root and the host's path in the table. */
    @Test
    void open_version1InAContainerThatSeesTheHostsPaths_isBelowTheMountPoint() throws IOException {
        CgroupDiscovery found =
                discover("""
                cgroup ROOT/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0
                cgroup ROOT/memory cgroup rw,memory 0 0
                cgroup ROOT/pids cgroup rw,pids 0 0
                """, "4:memory:/docker/0123abcd\n3:pids:/docker/0123abcd\n2:cpu,cpuacct:/docker/0123abcd\n");
        found.open("i-1");

        assertThat(root.resolve("memory/code-interpreter/i-1")).isDirectory();
        assertThat(root.resolve("pids/code-interpreter/i-1")).isDirectory();
    }

    /** In a cgroup namespace, what lies outside of its root is told with {@code ..}. */
    @Test
    void open_ownCgroupOutsideOfTheNamespace_staysBelowTheMountPoint() throws IOException {
        directory("elsewhere");

        CgroupDiscovery found = discover("""
                cgroup ROOT/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0
                cgroup ROOT/memory cgroup rw,memory 0 0
                cgroup ROOT/pids cgroup rw,pids 0 0
                """, "4:memory:/../elsewhere\n3:pids:/..\n2:cpu,cpuacct:/\n");
        found.open("i-1");

        assertThat(root.resolve("memory/code-interpreter/i-1")).isDirectory();
        assertThat(root.resolve("pids/code-interpreter/i-1")).isDirectory();
        assertThat(root.resolve("elsewhere")).isEmptyDirectory();
        assertThat(root.resolve("code-interpreter")).doesNotExist();
    }

    /** Docker with a private cgroup namespace, the usual case: our cgroup is the root of what is mounted, yet no root cgroup. */
    @Test
    void open_version2InAContainer_movesEverybodyIntoALeaf() throws IOException {
        FakeCgroups fake =
                new FakeCgroups(root).cgroup("", "cgroup.type").cgroup("server").cgroup("code-interpreter");
        fake.cgroup("code-interpreter/i-1");
        fake.write("cgroup.procs", ProcessHandle.current().pid() + "\n");

        CgroupTree tree =
                discover("cgroup2 ROOT cgroup2 rw,nsdelegate 0 0\n", "0::/\n").open("i-1");

        assertThat(tree.description()).contains("v2");
        assertThat(fake.read("server/cgroup.procs"))
                .isEqualTo(Long.toString(ProcessHandle.current().pid()));
        assertThat(fake.read("cgroup.subtree_control")).isEqualTo("+memory +pids +cpu");
        assertThat(fake.read("code-interpreter/cgroup.subtree_control")).isEqualTo("+memory +pids +cpu");
        assertThat(fake.read("code-interpreter/i-1/cgroup.subtree_control")).isEqualTo("+memory +pids +cpu");
    }

    @Test
    void open_version2WhereAnEarlierServerMadeTheLeaf_usesTheCgroupAbove() throws IOException {
        FakeCgroups fake = new FakeCgroups(root)
                .cgroup("")
                .cgroup("unit", "cgroup.type")
                .cgroup("unit/server", "cgroup.type")
                .cgroup("unit/code-interpreter")
                .cgroup("unit/code-interpreter/i-2");

        discover("cgroup2 ROOT cgroup2 rw 0 0\n", "0::/unit/server\n").open("i-2");

        assertThat(fake.read("unit/code-interpreter/i-2/cgroup.subtree_control"))
                .isEqualTo("+memory +pids +cpu");
        assertThat(root.resolve("unit/server/code-interpreter")).doesNotExist();
        assertThat(root.resolve("unit/server/server")).doesNotExist();
    }

    @Test
    void removeLeftovers_ofADeadServer_leavesTheOthers() throws IOException {
        Files.writeString(root.resolve("cgroup.controllers"), "cpu memory pids\n");
        directory("code-interpreter/i-dead/s1");
        directory("code-interpreter/i-alive/s1");

        discover("cgroup2 ROOT cgroup2 rw 0 0\n", "0::/\n").removeLeftovers("i-dead");

        assertThat(root.resolve("code-interpreter/i-dead")).doesNotExist();
        assertThat(root.resolve("code-interpreter/i-alive/s1")).isDirectory();
    }

    private Path directory(String name) throws IOException {
        return Files.createDirectories(root.resolve(name));
    }

    private CgroupDiscovery discover(String mounts, String cgroups) throws IOException {
        for (String line : mounts.split("\n", -1)) {
            String[] words = line.split(" ", -1);
            if (words.length > 1 && words[1].startsWith("ROOT/")) {
                directory(words[1].substring(5).replace("\\040", " "));
            }
        }
        return CgroupDiscovery.parse(
                List.of(mounts.replace("ROOT", root.toString()).split("\n", -1)), List.of(cgroups.split("\n", -1)));
    }
}

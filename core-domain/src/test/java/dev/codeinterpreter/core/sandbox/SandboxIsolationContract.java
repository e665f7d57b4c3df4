package dev.codeinterpreter.core.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.codeinterpreter.core.language.Language;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That a program in any {@link Sandbox} reaches neither the host nor a neighbour, and leaves nothing. */
@Timeout(180)
public interface SandboxIsolationContract {

    /** Names that a sandbox may have in its environment although the host has them too. */
    Set<String> COMMON_NAMES = Set.of(
            "PATH",
            "HOME",
            "LANG",
            "LC_ALL",
            "LC_CTYPE",
            "TZ",
            "TMPDIR",
            "PWD",
            "OLDPWD",
            "SHLVL",
            "USER",
            "LOGNAME",
            "SHELL",
            "TERM",
            "_");

    /** The port under test. */
    SandboxPort port();

    @Test
    default void inspect_workingPort_everyLayerHolds() {
        List<IsolationLayer> layers = port().inspect();

        assertThat(layers).isNotEmpty().allSatisfy(layer -> {
            assertThat(layer.holds()).as("%s: %s", layer.name(), layer.detail()).isTrue();
            assertThat(layer.name()).isNotBlank();
            assertThat(layer.detail()).isNotBlank();
        });
        assertThat(layers).extracting(IsolationLayer::name).doesNotHaveDuplicates();
    }

    @Test
    default void languages_workingPort_haveThoseOfThisContract() {
        assertThat(port().languages()).contains(Language.BASH, Language.PYTHON);
    }

    @Test
    default void run_network_reachesNoAddressOfTheHost() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress((InetAddress) null, 0));
            server.configureBlocking(false);
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            StringBuilder code = new StringBuilder();
            for (String address : addressesOfThisHost()) {
                code.append("(exec 3<>/dev/tcp/" + address + "/" + port + ") 2>/dev/null && echo 'reached " + address
                        + "'\n");
            }

            Runs.bash(port(), code + "echo tried").succeeded().wrote("tried\n");

            assertThat(server.accept()).isNull();
        }
    }

    @Test
    default void run_ownLoopback_works() {
        Runs.python(port(), Runs.LIMITS, """
                import socket
                server = socket.create_server(('127.0.0.1', 0))
                client = socket.create_connection(server.getsockname(), 30)
                server.accept()[0].sendall(b'hello')
                print(client.recv(5))
                """).succeeded().wrote("b'hello'\n");
    }

    @Test
    default void run_filesOfTheHost_areNotThere() throws IOException {
        Path build = Files.createDirectories(Path.of("target").toAbsolutePath());
        String secret = UUID.randomUUID().toString();
        for (Path directory : List.of(Path.of(System.getProperty("java.io.tmpdir")), build)) {
            Path file = Files.createTempFile(directory, "secret", ".txt");
            try {
                Files.writeString(file, secret);

                SandboxRun run = Runs.bash(
                        port(),
                        "for root in '' /proc/1/root /proc/self/root /proc/$$/root /proc/$PPID/root /proc/*/root /proc/*/cwd; do"
                                + " cat \"$root" + file + "\"; done; find / -xdev -name '" + file.getFileName()
                                + "' 2>/dev/null; echo tried");

                assertThat(run.stdout()).isEqualTo("tried\n");
            } finally {
                Files.delete(file);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/x",
                "/etc/x",
                "/usr/x",
                "/usr/bin/x",
                "/bin/x",
                "/mnt/x",
                "/dev/x",
                "/proc/x",
                "/var/x",
                "/root/x"
            })
    default void run_placesOutside_areNotWritable(String path) {
        Runs.bash(port(), "(echo x > " + path + ") 2>/dev/null && echo wrote; echo tried")
                .succeeded()
                .wrote("tried\n");
    }

    @Test
    default void run_secretsOfTheSystem_areNotReadable() {
        Runs.bash(
                        port(),
                        "cat /etc/shadow /etc/gshadow /root/.* 2>/dev/null; id -u | grep -vx 0 > /dev/null"
                                + " && echo 'not root'")
                .succeeded()
                .wrote("not root\n");
    }

    @Test
    default void run_environment_hasNothingOfTheHost() {
        Set<String> ofTheHost = new HashSet<>(System.getenv().keySet());
        ofTheHost.removeAll(COMMON_NAMES);
        assertThat(ofTheHost)
                .as("variables of this process without which the test shows nothing")
                .isNotEmpty();

        SandboxRun run = Runs.bash(port(), "compgen -e; echo \"$HOME\" >&2").succeeded();

        assertThat(run.stdout().lines()).contains("PATH", "HOME").doesNotContainAnyElementsOf(ofTheHost);
        assertThat(run.stderr().strip()).isNotEqualTo(System.getProperty("user.home"));
        Runs.bash(port(), "cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' | sed 's/=.*//'")
                .stdout()
                .lines()
                .forEach(name -> assertThat(ofTheHost).doesNotContain(name));
    }

    @Test
    default void run_earlierRuns_leaveNothing() {
        String list = "ls -A /mnt/data /tmp /dev/shm /var/tmp 2>/dev/null";
        String before = Runs.bash(port(), list).stdout();

        for (String place : List.of("/mnt/data", "/tmp", "/dev/shm", "/var/tmp")) {
            Runs.bash(port(), "(echo trace > " + place + "/trace.txt) 2>/dev/null; true")
                    .succeeded();
        }

        for (int i = 0; i < 5; i++) {
            assertThat(Runs.bash(port(), list).stdout()).isEqualTo(before).doesNotContain("trace");
        }
    }

    @Test
    default void run_neighbour_isNeitherSeenNorReached() throws Exception {
        String sleep = Runs.uniqueSleep();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                PipedOutputStream release = new PipedOutputStream();
                InputStream input = new PipedInputStream(release);
                Sandbox neighbour = Runs.open(port())) {
            RecordingOutput output = new RecordingOutput();
            Future<RunResult> running = threads.submit(() -> neighbour.run(
                    Runs.program(
                            "echo secret | tee /tmp/n /dev/shm/n n > /dev/null 2>&1; sleep " + sleep
                                    + " & echo started; read -r x; jobs -r | wc -l",
                            input),
                    output));
            try {
                output.awaitFirstByte();
                await().atMost(Duration.ofSeconds(30)).until(() -> Runs.isSleeping(sleep));

                // the bracket keeps the pattern from matching its own command line
                String pattern =
                        "[" + sleep.charAt(0) + "]" + sleep.substring(1).replace(".", "[.]");
                Runs.bash(
                                port(),
                                "cat /tmp/n /dev/shm/n n 2>/dev/null; cat /proc/*/cmdline 2>/dev/null | tr '\\0' ' '"
                                        + " | grep -c '" + pattern + "'; kill -KILL -1 2>/dev/null; echo tried")
                        .succeeded()
                        .wrote("0\ntried\n");

                release.write("go\n".getBytes(StandardCharsets.UTF_8));
                release.flush();
                new SandboxRun(running.get(60, TimeUnit.SECONDS), output)
                        .succeeded()
                        .wrote("started\n1\n");
            } finally {
                neighbour.cancel();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sleep %s & disown",
                "(setsid sleep %s &)",
                "(setsid sleep %s > /dev/null 2>&1 < /dev/null &)",
                "nohup sleep %s > /dev/null 2>&1 &",
                "(trap '' TERM HUP INT; exec setsid sleep %s) &",
                "setsid bash -c 'setsid sleep %s & disown' & disown",
                "setsid bash -c 'kill -STOP $$; sleep 1' & setsid sleep %s & kill -STOP $!"
            })
    default void run_daemon_endsWithTheProgram(String daemon) {
        String sleep = Runs.uniqueSleep();

        try (Sandbox sandbox = Runs.open(port())) {
            SandboxRun run = Runs.run(sandbox, daemon.formatted(sleep) + "\nsleep 0.3; echo done")
                    .succeeded();

            assertThat(run.stdout()).isEqualTo("done\n");
            await().atMost(Duration.ofSeconds(10)).until(() -> !Runs.isSleeping(sleep));
        }
    }

    private static List<String> addressesOfThisHost() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .map(InetAddress::getHostAddress)
                .filter(address -> address.indexOf('%') < 0)
                .toList();
    }
}

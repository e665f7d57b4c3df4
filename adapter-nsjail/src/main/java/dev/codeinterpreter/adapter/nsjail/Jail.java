package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.SandboxLostException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** A running nsjail and the connection to the guard in it. */
final class Jail implements AutoCloseable {

    static final int PROTOCOL_VERSION = 1;
    private static final Duration END_TIMEOUT = Duration.ofSeconds(2);

    private final Path directory;
    private final Process process;
    private final FrameChannel channel;

    private Jail(Path directory, Process process, FrameChannel channel) {
        this.directory = directory;
        this.process = process;
        this.channel = channel;
    }

    /**
     * Starts one and waits until its guard says hello.
     *
     * @param directory the jail's control directory, shown to it as {@code /ctl}; exists and is empty
     * @param rootUid the user of the host that is root in the jail
     * @throws SandboxLostException when it did not come up in time, with what it said
     */
    static Jail start(
            Path directory, int rootUid, List<String> command, ScheduledExecutorService clock, Duration timeout)
            throws IOException {
        Path socket = directory.resolve("s");
        Path log = logOf(directory);
        Process process = null;
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket), 1);
            giveTo(rootUid, directory, socket);
            process = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .directory(Path.of("/").toFile())
                    .start();
            Process started = process;
            CompletableFuture<Void> _ = started.onExit().thenRun(() -> closeQuietly(listener));
            ScheduledFuture<?> alarm =
                    clock.schedule(() -> closeQuietly(listener), timeout.toMillis(), TimeUnit.MILLISECONDS);
            SocketChannel connection = listener.accept();
            alarm.cancel(false);
            Jail jail = new Jail(directory, process, new FrameChannel(connection));
            ScheduledFuture<?> helloAlarm =
                    clock.schedule(() -> closeQuietly(connection), timeout.toMillis(), TimeUnit.MILLISECONDS);
            checkPeer(connection, Files.getOwner(directory));
            jail.greet();
            helloAlarm.cancel(false);
            return jail;
        } catch (AsynchronousCloseException notComing) {
            throw failed(process, log, "did not start", notComing);
        } catch (IOException | SandboxLostException e) {
            throw failed(process, log, "could not be started", e);
        }
    }

    static void giveTo(int uid, Path directory, Path socket) throws IOException {
        for (Path path : List.of(socket, directory)) {
            Files.setAttribute(path, "unix:uid", uid);
            Files.setAttribute(path, "unix:gid", uid);
        }
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    }

    /**
     * Checks that it was root of the jail who connected.
     *
     * @throws SandboxLostException when it was somebody else
     */
    static void checkPeer(SocketChannel connection, UserPrincipal expected) throws IOException {
        UserPrincipal peer =
                connection.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        if (!peer.equals(expected)) {
            throw new SandboxLostException(
                    "A stranger connected to a sandbox's control socket: user " + peer.getName());
        }
    }

    private void greet() throws IOException {
        if (channel.next() != FrameType.HELLO.code()) {
            throw new SandboxLostException("The sandbox broke its protocol: no hello");
        }
        ByteBuffer hello = channel.wholePayload();
        int version = hello.remaining() == 8 ? hello.getInt() : -1;
        if (version != PROTOCOL_VERSION) {
            throw new SandboxLostException(
                    "The sandbox speaks protocol version " + version + ", this server " + PROTOCOL_VERSION);
        }
    }

    /** What nsjail and the guard had to say is the cause; it names paths of the host, so callers do not get it. */
    private static SandboxLostException failed(@Nullable Process process, Path log, String what, Exception cause) {
        String said = "";
        try {
            if (process != null) {
                process.destroyForcibly().waitFor(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            }
            said = Files.exists(log) ? Files.readString(log).strip() : "";
        } catch (IOException unreadable) {
            cause.addSuppressed(unreadable);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new SandboxLostException(
                "The sandbox " + what,
                new IOException(said.isEmpty() ? "nsjail said nothing" : "nsjail said: " + said, cause));
    }

    static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception nothingToSave) {
            /* it is being given up */
        }
    }

    FrameChannel channel() {
        return channel;
    }

    /** Ends it without waiting: the guard takes the whole run with it when its server hangs up. */
    void abandon() {
        closeQuietly(channel);
        process.destroyForcibly();
    }

    /** Hangs up and waits until nothing of it is left. Must not be called by an interrupted thread. */
    @Override
    public void close() {
        closeQuietly(channel);
        try {
            if (!process.waitFor(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        removeFiles(directory);
    }

    /** Removes a control directory and the log beside it. */
    static void removeFiles(Path directory) {
        InstanceDirectory.removeTree(logOf(directory));
        InstanceDirectory.removeTree(directory);
    }

    private static Path logOf(Path directory) {
        return directory.resolveSibling(directory.getFileName() + ".log");
    }
}

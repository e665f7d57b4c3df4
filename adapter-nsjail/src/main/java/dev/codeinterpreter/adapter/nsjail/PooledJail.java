package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.SandboxLostException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A long-lived nsjail that parks runs. Tells its {@link Listener} what happens, on threads of its own. Starting returns at once; the
 * jail is ready when the listener is told so.
 */
final class PooledJail implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PooledJail.class);
    private static final int BACKLOG = 256;
    private static final long END_SECONDS = 3;

    /** Hears what happens in a jail. Calls may come from several threads. */
    interface Listener {

        /** The launcher takes orders now. */
        void ready(PooledJail jail);

        /** The guard of a slot has connected. */
        void parked(PooledJail jail, int slot, FrameChannel channel);

        /** The guard of a slot is gone, and with it everything in the run. */
        void reaped(PooledJail jail, int slot);

        /** The jail ended, with every run in it; nothing is told any more. Told once, also when it was closed. */
        void ended(PooledJail jail);
    }

    private final String name;
    private final Path directory;
    private final Path log;
    private final Process process;
    private final ServerSocketChannel listener;
    private final UserPrincipal root;
    private final Listener events;
    private volatile @Nullable FrameChannel control;

    private PooledJail(
            String name,
            Path directory,
            Path log,
            Process process,
            ServerSocketChannel listener,
            UserPrincipal root,
            Listener events) {
        this.name = name;
        this.directory = directory;
        this.log = log;
        this.process = process;
        this.listener = listener;
        this.root = root;
        this.events = events;
    }

    /**
     * Starts one.
     *
     * @param directory its control directory; exists and is empty
     * @param rootUid the user of the host that is root in the jail
     */
    static PooledJail start(String name, Path directory, int rootUid, List<String> command, Listener events)
            throws IOException {
        Path socket = directory.resolve("s");
        Path log = directory.resolveSibling(directory.getFileName() + ".log");
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(socket), BACKLOG);
            Jail.giveTo(rootUid, directory, socket);
            Process process = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .directory(Path.of("/").toFile())
                    .start();
            PooledJail jail =
                    new PooledJail(name, directory, log, process, listener, Files.getOwner(directory), events);
            Thread.ofVirtual().name("jail-" + name + "-accept").start(jail::accept);
            CompletableFuture<Void> _ = process.onExit().thenRun(jail::ended);
            return jail;
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    String name() {
        return name;
    }

    /** Each guard that connects says which slot it guards; the launcher itself says that it is one. */
    private void accept() {
        while (listener.isOpen()) {
            try {
                SocketChannel connection = listener.accept();
                greet(connection);
            } catch (IOException | SandboxLostException e) {
                if (listener.isOpen()) {
                    LOG.warn("Jail {}: a connection failed", name, e);
                }
            }
        }
    }

    /** The peer is our own code and says hello at once; a jail that does not is ended by its pool's alarm. */
    private void greet(SocketChannel connection) throws IOException {
        UserPrincipal peer =
                connection.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        if (!peer.equals(root)) {
            connection.close();
            throw new SandboxLostException("A stranger connected to a jail's control socket: user " + peer.getName());
        }
        FrameChannel channel = new FrameChannel(connection);
        byte type = channel.next();
        ByteBuffer hello = channel.wholePayload();
        if (hello.remaining() < 4 || hello.getInt() != Jail.PROTOCOL_VERSION) {
            channel.close();
            throw new SandboxLostException("A guard speaks another version of the protocol");
        }
        if (type == FrameType.LAUNCHER.code()) {
            control = channel;
            Thread.ofVirtual().name("jail-" + name + "-control").start(() -> hearLauncher(channel));
            events.ready(this);
        } else if (type == FrameType.HELLO.code() && hello.remaining() == 4) {
            events.parked(this, hello.getInt(), channel);
        } else {
            channel.close();
            throw new SandboxLostException("A guard broke the protocol: frame " + type);
        }
    }

    private void hearLauncher(FrameChannel channel) {
        try {
            while (true) {
                byte type = channel.next();
                ByteBuffer payload = channel.wholePayload();
                if (type != FrameType.REAPED.code() || payload.remaining() != 8) {
                    throw new SandboxLostException("A launcher broke the protocol: frame " + type);
                }
                int slot = payload.getInt();
                int status = payload.getInt();
                if (status != 0) {
                    LOG.warn("Jail {}: the guard of slot {} ended with status {}: {}", name, slot, status, lastWords());
                }
                events.reaped(this, slot);
            }
        } catch (IOException | SandboxLostException e) {
            LOG.debug("Jail {}: its launcher is gone", name, e);
            process.destroyForcibly(); /* its end is told with its last words */
        }
    }

    /**
     * Orders a run.
     *
     * @throws IOException when the launcher is gone or not ready yet
     */
    void park(ByteBuffer order) throws IOException {
        FrameChannel channel = control;
        if (channel == null) {
            throw new IOException("jail " + name + " is not ready");
        }
        channel.send(FrameType.PARK, order);
    }

    /** The end of what nsjail, launcher and guards have said. */
    String lastWords() {
        try {
            String text = Files.exists(log) ? Files.readString(log).strip() : "";
            return text.length() > 2000 ? text.substring(text.length() - 2000) : text;
        } catch (IOException unreadable) {
            return "(log is unreadable)";
        }
    }

    private void ended() {
        if (listener.isOpen()) {
            LOG.warn("Jail {} ended with status {}: {}", name, process.exitValue(), lastWords());
        }
        Jail.closeQuietly(listener);
        InstanceDirectory.removeTree(log);
        InstanceDirectory.removeTree(directory);
        events.ended(this);
    }

    /** Ends it with every run in it, and waits until it is gone. */
    @Override
    public void close() {
        Jail.closeQuietly(listener);
        FrameChannel channel = control;
        if (channel != null) {
            Jail.closeQuietly(channel);
        } else {
            process.destroyForcibly();
        }
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(END_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

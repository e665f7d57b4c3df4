package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.execution.OutputListener;
import dev.codeinterpreter.core.execution.Phase;
import dev.codeinterpreter.core.execution.Usage;
import dev.codeinterpreter.core.failure.CodeInterpreterException;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.sandbox.Program;
import dev.codeinterpreter.core.sandbox.RunResult;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxFile;
import dev.codeinterpreter.core.sandbox.StateExchange;
import dev.codeinterpreter.core.sandbox.StateReport;
import dev.codeinterpreter.core.state.StateSnapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A sandbox behind a guard: speaks the guard's protocol and turns what it reports into the words of the core. */
final class NsjailSandbox implements Sandbox {

    private static final int TARGET_DATA = 0;
    private static final int TARGET_WORK = 1;
    private static final int FLAG_READ_ONLY = 1;
    private static final int FLAG_EXECUTABLE = 2;
    private static final int CHUNK = 128 << 10;
    private static final int SIGXFSZ = 25;

    /** How much longer than the guard we wait before we end a run ourselves. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    private final SandboxHost host;
    private final Toolchain toolchain;
    private final Limits limits;
    private final Map<String, String> commonEnvironment;
    private final CompileCache cache;
    private final String scope;
    private final FrameChannel channel;
    private volatile boolean cancelled;
    private volatile boolean overdue;
    private boolean hasFiles;
    private boolean endedBeforeProgram;
    private boolean closed;
    private @Nullable PythonState state;

    /**
     * A sandbox.
     *
     * @param scope whose compiled programs may be used here; empty for nobody's
     */
    NsjailSandbox(
            SandboxHost host,
            Toolchain toolchain,
            Limits limits,
            Map<String, String> commonEnvironment,
            CompileCache cache,
            String scope) {
        this.host = host;
        this.toolchain = toolchain;
        this.limits = limits;
        this.commonEnvironment = commonEnvironment;
        this.cache = cache;
        this.scope = scope;
        this.channel = host.channel();
    }

    /** The connection to the guard, for tests of what becomes of a broken protocol. */
    FrameChannel channel() {
        return channel;
    }

    @Override
    public void put(FileName name, long size, boolean readOnly, InputStream content) throws IOException {
        hasFiles = true;
        putFile(TARGET_DATA, readOnly ? FLAG_READ_ONLY : 0, name.value(), size, content);
    }

    private void putFile(int target, int flags, String name, long size, InputStream content) throws IOException {
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer header = ByteBuffer.allocate(10 + nameBytes.length);
        header.put((byte) target).put((byte) flags).putLong(size).put(nameBytes).flip();
        byte[] chunk = new byte[(int) Math.min(CHUNK, Math.max(1, size))];
        try {
            sendOrLose(FrameType.PUT, header);
            for (long left = size; left > 0; ) {
                int length = content.readNBytes(chunk, 0, (int) Math.min(chunk.length, left));
                if (length == 0) {
                    throw new EOFException(name + ": " + left + " of " + size + " bytes are missing");
                }
                sendOrLose(FrameType.DATA, ByteBuffer.wrap(chunk, 0, length));
                left -= length;
            }
            if (content.read() >= 0) {
                throw new IOException(name + ": more than " + size + " bytes");
            }
        } catch (IOException sourceFailed) {
            host.abandon();
            throw sourceFailed;
        }
        byte answer = nextOrLose();
        if (answer == FrameType.REFUSED.code()) {
            throw putRefused(name, control().getInt());
        }
        require(answer == FrameType.DONE.code(), "put");
    }

    private CodeInterpreterException putRefused(String name, int errno) {
        return switch (errno) {
            case Errno.ENOSPC, Errno.EDQUOT, Errno.EFBIG ->
                new TooLargeException(
                        "file " + name + " together with the other files of the working directory",
                        limits.diskBytes(),
                        "bytes");
            case Errno.EISDIR, Errno.ENOTDIR, Errno.EEXIST, Errno.ENAMETOOLONG ->
                new InvalidRequestException(
                        "name",
                        "conflicting_file_name",
                        "File name '" + name + "' does not go together with the other files (error " + errno + ")");
            default -> new SandboxLostException("The sandbox could not take file " + name + ": error " + errno);
        };
    }

    @Override
    public RunResult run(Program program, OutputListener output) {
        long start = System.nanoTime();
        boolean interrupted = false;
        try {
            if (cancelled) {
                return result(new Outcome.Cancelled(), Phase.RUN, start);
            }
            return runPhases(program, output, start);
        } catch (IOException | SandboxLostException e) {
            interrupted = Thread.interrupted();
            if (overdue) {
                return result(new Outcome.TimedOut(limits.wallTime()), Phase.RUN, start);
            }
            if (interrupted || cancelled) {
                host.abandon();
                return result(new Outcome.Cancelled(), Phase.RUN, start);
            }
            throw e instanceof SandboxLostException lost
                    ? lost
                    : new SandboxLostException("The sandbox ended unexpectedly", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private RunResult runPhases(Program program, OutputListener output, long start) throws IOException {
        byte[] source = toolchain.readable(program.source()).getBytes(StandardCharsets.UTF_8);
        /* a compiler may read files of the user's, which are not part of the key */
        Optional<String> key = hasFiles ? Optional.empty() : cache.key(scope, toolchain, source);
        if (key.isEmpty() || !restore(key.get(), output)) {
            putFile(TARGET_WORK, 0, toolchain.sourceName(), source.length, new ByteArrayInputStream(source));
            DiagnosticsListener diagnostics = new DiagnosticsListener(output);
            Outcome compiled = compile(diagnostics);
            if (!compiled.isSuccess()) {
                return result(compiled, Phase.COMPILE, start);
            }
            key.ifPresent(name -> keep(name, diagnostics));
        }
        Map<String, String> more = exchangeState(program);
        List<String> command = new ArrayList<>(
                host.handsOver() ? toolchain.handOver() : ExecOrder.withHeap(toolchain.run(), limits.memoryBytes()));
        command.addAll(program.arguments());
        InputStream input = program.input().stream().orElse(null);
        int flags = (input == null ? 0 : ExecOrder.STREAM_STDIN) | (host.handsOver() ? ExecOrder.HAND_OVER : 0);
        Outcome outcome = phase(command, environment(more), flags, limits.wallTime(), input, output);
        return result(outcome, endedBeforeProgram ? Phase.COMPILE : Phase.RUN, start);
    }

    private Outcome compile(OutputListener diagnostics) throws IOException {
        boolean checkedByRuntime = host.handsOver()
                && toolchain.runtime().filter(ParkedRuntime::compiles).isPresent();
        for (Toolchain.Step step : checkedByRuntime ? List.<Toolchain.Step>of() : toolchain.compile()) {
            Outcome outcome = phase(
                    ExecOrder.withHeap(step.command(), limits.memoryBytes()),
                    environment(step.environment()),
                    ExecOrder.IN_WORK_DIRECTORY,
                    limits.compileTime(),
                    null,
                    diagnostics);
            if (!outcome.isSuccess()) {
                return outcome;
            }
        }
        return new Outcome.Exited(0);
    }

    /**
     * Brings the memory of the session, if the program has to do with it.
     *
     * @return what the program's environment has to tell about it
     */
    private Map<String, String> exchangeState(Program program) throws IOException {
        if (program.state().isEmpty() || toolchain.language() != Language.PYTHON) {
            return Map.of();
        }
        StateExchange exchange = program.state().get();
        state = new PythonState(exchange, (name, most, target) -> fetchFile(TARGET_WORK, name, most, target));
        byte[] previous = exchange.previous().map(StateSnapshot::bytes).orElse(new byte[0]);
        if (previous.length > 0) {
            putFile(TARGET_WORK, 0, PythonState.PREVIOUS, previous.length, new ByteArrayInputStream(previous));
        }
        return Map.of(PythonState.VARIABLE, PythonState.order(exchange, limits, previous.length > 0));
    }

    @Override
    public StateReport state() {
        return state == null ? StateReport.NONE : state.read();
    }

    /** Puts what was compiled before in the place where the compiler would have put it. Returns whether there was such a thing. */
    private boolean restore(String key, OutputListener output) throws IOException {
        Optional<CompileCache.Compiled> found = cache.find(key);
        if (found.isEmpty()) {
            return false;
        }
        CompileCache.Compiled compiled = found.get();
        try (InputStream content = Files.newInputStream(compiled.file())) {
            putFile(TARGET_WORK, FLAG_EXECUTABLE, artefact(), compiled.size(), content);
        } catch (NoSuchFileException pushedOut) {
            return false;
        }
        byte[] said = compiled.diagnostics();
        if (said.length > 0) {
            listen(() -> output.stderr(said, 0, said.length));
        }
        return true;
    }

    /** Keeps what was compiled, before code of the program runs that could change it. */
    private void keep(String key, DiagnosticsListener diagnostics) {
        if (!diagnostics.isWhole()) {
            return;
        }
        ByteArrayOutputStream program = new ByteArrayOutputStream();
        try {
            fetchFile(TARGET_WORK, artefact(), cache.longestEntry(), program);
            cache.keep(key, program, diagnostics.text());
        } catch (TooLargeException | NotFoundException notKept) {
            /* too long to be kept, or the compiler has made nothing, which the program's start will tell */
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail to be written", e);
        }
    }

    private String artefact() {
        return toolchain.artefact().orElseThrow();
    }

    private Map<String, String> environment(Map<String, String> more) {
        Map<String, String> environment = new LinkedHashMap<>(commonEnvironment);
        environment.putAll(toolchain.environment());
        environment.putAll(more);
        return environment;
    }

    /** Starts one command and relays its output until the guard says how it ended. */
    private Outcome phase(
            List<String> command,
            Map<String, String> environment,
            int flags,
            Duration time,
            @Nullable InputStream input,
            OutputListener output)
            throws IOException {
        ScheduledFuture<?> alarm =
                host.clock().schedule(this::endOverdue, time.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
        channel.send(FrameType.EXEC, new ExecOrder(command, environment, flags, time, limits.outputBytes()).payload());
        StdinFeeder feeder = input == null ? null : StdinFeeder.start(input, channel, host.name());
        try {
            return relay(time, output, feeder);
        } finally {
            alarm.cancel(false);
            if (feeder != null) {
                feeder.end();
            }
        }
    }

    private void endOverdue() {
        overdue = true;
        host.abandon();
    }

    private Outcome relay(Duration time, OutputListener output, @Nullable StdinFeeder feeder) throws IOException {
        while (true) {
            byte type = channel.next();
            if (type == FrameType.STDOUT.code()) {
                while (channel.hasPayload()) {
                    ByteBuffer piece = channel.payload();
                    listen(() -> output.stdout(piece.array(), piece.arrayOffset(), piece.remaining()));
                }
            } else if (type == FrameType.STDERR.code()) {
                while (channel.hasPayload()) {
                    ByteBuffer piece = channel.payload();
                    listen(() -> output.stderr(piece.array(), piece.arrayOffset(), piece.remaining()));
                }
            } else if (type == FrameType.CREDIT.code() && feeder != null) {
                feeder.confirm(channel.wholePayload(4).getInt());
            } else if (type == FrameType.END.code()) {
                return outcome(channel.wholePayload(10), time);
            } else if (type == FrameType.FAULT.code()) {
                throw notStarted(channel.wholePayload(4));
            } else {
                throw new SandboxLostException("The sandbox broke its protocol: frame " + type + " during a run");
            }
        }
    }

    /** A listener that fails ends the run. */
    private void listen(Runnable call) {
        boolean heard = false;
        try {
            call.run();
            heard = true;
        } finally {
            if (!heard) {
                host.abandon();
            }
        }
    }

    private SandboxLostException notStarted(ByteBuffer payload) {
        int errno = payload.getInt();
        String step = StandardCharsets.UTF_8.decode(payload).toString();
        return new SandboxLostException("The program could not be started: " + step + " failed with error " + errno);
    }

    /** Puts what the guard saw and what the cgroup counted together into one reason. */
    private Outcome outcome(ByteBuffer end, Duration time) throws IOException {
        byte why = end.get();
        int code = end.getInt();
        int signal = end.getInt();
        boolean diskFull = end.get() != 0;
        endedBeforeProgram = end.hasRemaining() && end.get() != 0;
        if (cancelled) {
            return new Outcome.Cancelled();
        }
        switch (why) {
            case 0 -> {
                /* the program's own end: the reason may still be a limit */
            }
            case 1 -> {
                return new Outcome.TimedOut(time);
            }
            case 2 -> {
                return new Outcome.OutputExceeded(limits.outputBytes());
            }
            case 3 -> {
                return new Outcome.Cancelled();
            }
            default -> throw new SandboxLostException("The sandbox broke its protocol: end reason " + why);
        }
        if (code == 0) {
            return new Outcome.Exited(0);
        }
        OptionalInt exitCode = code > 0 ? OptionalInt.of(code) : OptionalInt.empty();
        CgroupReading counted = host.reading();
        if (counted.memoryKills() > 0) {
            return new Outcome.MemoryExceeded(limits.memoryBytes(), peak(counted));
        }
        if (diskFull || signal == SIGXFSZ) {
            return new Outcome.DiskExceeded(signal == SIGXFSZ ? limits.fileBytes() : limits.diskBytes(), exitCode);
        }
        if (counted.refusedForks() > 0) {
            return new Outcome.ProcessesExceeded(limits.processes(), exitCode);
        }
        return code > 0 ? new Outcome.Exited(code) : new Outcome.Signalled(signal);
    }

    private RunResult result(Outcome outcome, Phase phase, long start) {
        Duration wall = Duration.ofNanos(System.nanoTime() - start);
        CgroupReading counted;
        try {
            counted = host.reading();
        } catch (IOException notCounted) {
            counted = CgroupReading.NONE;
        }
        return new RunResult(outcome, phase, new Usage(wall, counted.cpuTime(), peak(counted)));
    }

    /** The cgroup counts nsjail and the guard as well, and has some room for them. */
    private OptionalLong peak(CgroupReading counted) {
        OptionalLong peak = counted.peakMemoryBytes();
        return peak.isPresent() ? OptionalLong.of(Math.min(peak.getAsLong(), limits.memoryBytes())) : peak;
    }

    @Override
    public List<SandboxFile> files() {
        return losing(() -> {
            channel.send(FrameType.LIST);
            List<SandboxFile> files = new ArrayList<>();
            while (true) {
                byte type = channel.next();
                if (type == FrameType.LIST_END.code()) {
                    return files;
                }
                require(type == FrameType.ENTRY.code(), "list");
                entry(channel.wholePayload(9)).ifPresent(files::add);
            }
        });
    }

    /** Names that are not UTF-8, or that no client could ask for, are left out. */
    private static Optional<SandboxFile> entry(ByteBuffer payload) {
        boolean untouched = payload.get() != 0;
        long size = payload.getLong();
        try {
            String name = StandardCharsets.UTF_8.newDecoder().decode(payload).toString();
            return FileName.isLegal(name)
                    ? Optional.of(new SandboxFile(new FileName(name), size, untouched))
                    : Optional.empty();
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }

    @Override
    public void fetch(FileName name, long maximumBytes, OutputStream target) throws IOException {
        fetchFile(TARGET_DATA, name.value(), maximumBytes, target);
    }

    private void fetchFile(int place, String name, long maximumBytes, OutputStream target) throws IOException {
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer request = ByteBuffer.allocate(9 + nameBytes.length);
        request.put((byte) place).putLong(maximumBytes).put(nameBytes).flip();
        sendOrLose(FrameType.GET, request);
        while (true) {
            byte type = nextOrLose();
            if (type == FrameType.DONE.code()) {
                return;
            }
            if (type == FrameType.REFUSED.code()) {
                throw fetchRefused(name, control().getInt(), maximumBytes);
            }
            require(type == FrameType.FILE.code(), "get");
            while (channel.hasPayload()) {
                ByteBuffer piece = payloadOrLose();
                boolean written = false;
                try {
                    target.write(piece.array(), piece.arrayOffset(), piece.remaining());
                    written = true;
                } finally {
                    if (!written) {
                        host.abandon();
                    }
                }
            }
        }
    }

    private static CodeInterpreterException fetchRefused(String name, int errno, long maximumBytes) {
        return switch (errno) {
            case Errno.EFBIG -> new TooLargeException("file " + name, maximumBytes, "bytes");
            case Errno.ENOENT, Errno.ELOOP, Errno.ENOTDIR, Errno.EISDIR, Errno.EXDEV, Errno.EACCES ->
                new NotFoundException("File", name);
            default -> new SandboxLostException("The sandbox could not give file " + name + ": error " + errno);
        };
    }

    @Override
    public void cancel() {
        cancelled = true;
        try {
            channel.send(FrameType.KILL);
        } catch (IOException alreadyGone) {
            /* then nothing runs there any more */
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            boolean interrupted = Thread.interrupted();
            host.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // ---- failures of the channel, told apart from those of a caller's stream

    private void sendOrLose(FrameType type, ByteBuffer payload) {
        losing(() -> {
            channel.send(type, payload);
            return type;
        });
    }

    private byte nextOrLose() {
        return losing(channel::next);
    }

    private ByteBuffer payloadOrLose() {
        return losing(channel::payload);
    }

    private ByteBuffer control() {
        return losing(() -> channel.wholePayload(4));
    }

    private interface ChannelCall<T> {
        T call() throws IOException;
    }

    private static <T> T losing(ChannelCall<T> call) {
        try {
            return call.call();
        } catch (IOException e) {
            throw new SandboxLostException("The sandbox ended unexpectedly", e);
        }
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new SandboxLostException("The sandbox broke its protocol: " + what);
        }
    }

    /** What compilers say on stdout belongs to the diagnostics. Keeps what was said, as long as it is not much. */
    private static final class DiagnosticsListener implements OutputListener {

        private static final int LONGEST = 64 << 10;

        private final OutputListener target;
        private final ByteArrayOutputStream said = new ByteArrayOutputStream();

        DiagnosticsListener(OutputListener target) {
            this.target = target;
        }

        @Override
        public void stdout(byte[] bytes, int offset, int length) {
            stderr(bytes, offset, length);
        }

        @Override
        public void stderr(byte[] bytes, int offset, int length) {
            if (said.size() <= LONGEST) {
                said.write(bytes, offset, length);
            }
            target.stderr(bytes, offset, length);
        }

        private boolean isWhole() {
            return said.size() <= LONGEST;
        }

        private byte[] text() {
            return said.toByteArray();
        }
    }
}

package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.execution.OutputListener;
import dev.codeinterpreter.core.execution.Usage;
import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.language.Language;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sandboxes whose programs are Java lambdas over files in memory: the text of a program is merely the name of its script. Safe for
 * use by many threads.
 *
 * <p>They do not run {@link SandboxPortContract}. That contract is about walls: its programs are real ones that try to use more
 * than they may and to reach what they must not. Nothing here keeps a lambda from anything, so passing would say nothing. What
 * services rely on is the same: the order of calls, what is thrown when, and how a run is cancelled.
 */
public final class InMemorySandboxes implements SandboxPort {

    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final List<SandboxSpec> specs = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();

    /** Runs {@code script} for every program of this text. */
    public InMemorySandboxes with(String source, Script script) {
        scripts.put(source, script);
        return this;
    }

    /** What was asked for, in the order of the calls. */
    public List<SandboxSpec> specs() {
        return List.copyOf(specs);
    }

    /** How many sandboxes are not closed. */
    public int open() {
        return open.get();
    }

    @Override
    public Sandbox open(SandboxSpec spec) {
        specs.add(spec);
        open.incrementAndGet();
        return new InMemorySandbox(spec);
    }

    @Override
    public Set<Language> languages() {
        return EnumSet.allOf(Language.class);
    }

    @Override
    public List<IsolationLayer> inspect() {
        return List.of(new IsolationLayer("everything", false, "scripts of a test run without any wall"));
    }

    /** A file of a working directory. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(byte[] content, boolean readOnly, boolean untouched) {}

    /** One working directory and the one run in it. */
    final class InMemorySandbox implements Sandbox {

        private final SandboxSpec spec;
        private final Map<FileName, Entry> files = new HashMap<>();
        private boolean lost;
        private boolean closed;

        final CountDownLatch cancelled = new CountDownLatch(1);
        final Map<FileName, Long> shownSizes = new HashMap<>();
        int fetchesLeft = Integer.MAX_VALUE;
        StateReport state = StateReport.NONE;

        InMemorySandbox(SandboxSpec spec) {
            this.spec = spec;
        }

        @Override
        public void put(FileName name, long size, boolean readOnly, InputStream content) throws IOException {
            requireUsable();
            long used = files.values().stream()
                    .mapToLong(file -> file.content().length)
                    .sum();
            if (used + size > spec.limits().diskBytes()) {
                throw new TooLargeException("working directory", spec.limits().diskBytes(), "bytes");
            }
            lost = true;
            byte[] bytes = content.readAllBytes();
            if (bytes.length != size) {
                throw new IOException("content of '" + name + "' has " + bytes.length + " bytes instead of " + size);
            }
            lost = false;
            files.put(name, new Entry(bytes, readOnly, true));
        }

        @Override
        public RunResult run(Program program, OutputListener output) {
            requireUsable();
            Script script = scripts.get(program.source());
            if (script == null) {
                throw new AssertionError("no script for the program: " + program.source());
            }
            ScriptRun run = new ScriptRun(this, program, output);
            Outcome outcome;
            try {
                outcome = script.run(run);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                outcome = new Outcome.Cancelled();
            }
            return new RunResult(
                    outcome,
                    run.phase,
                    new Usage(Duration.ofMillis(5), Optional.of(Duration.ofMillis(3)), OptionalLong.of(1 << 20)));
        }

        @Override
        public StateReport state() {
            requireUsable();
            return state;
        }

        @Override
        public List<SandboxFile> files() {
            requireUsable();
            return files.entrySet().stream()
                    .map(file -> new SandboxFile(
                            file.getKey(),
                            shownSizes.getOrDefault(
                                    file.getKey(), (long) file.getValue().content().length),
                            file.getValue().untouched()))
                    .toList();
        }

        @Override
        public void fetch(FileName name, long maximumBytes, OutputStream target) throws IOException {
            requireUsable();
            byte[] content = find(name)
                    .orElseThrow(() -> new NotFoundException("File", name.value()))
                    .content();
            if (content.length > maximumBytes) {
                throw new TooLargeException("file '" + name + "'", maximumBytes, "bytes");
            }
            lost = true;
            target.write(content);
            lost = false;
            fetchesLeft--;
        }

        @Override
        public void cancel() {
            cancelled.countDown();
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                open.decrementAndGet();
            }
        }

        Limits limits() {
            return spec.limits();
        }

        Optional<Entry> find(FileName name) {
            return Optional.ofNullable(files.get(name));
        }

        void change(FileName name, byte[] content) {
            boolean readOnly = find(name).filter(Entry::readOnly).isPresent();
            files.put(name, new Entry(content, readOnly, false));
        }

        void remove(FileName name) {
            files.remove(name);
        }

        private void requireUsable() {
            if (closed || lost || fetchesLeft <= 0) {
                throw new SandboxLostException("The sandbox is lost");
            }
        }
    }
}

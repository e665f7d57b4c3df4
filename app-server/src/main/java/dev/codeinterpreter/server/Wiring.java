package dev.codeinterpreter.server;

import dev.codeinterpreter.adapter.http.HttpServer;
import dev.codeinterpreter.adapter.local.LocalStorage;
import dev.codeinterpreter.adapter.nsjail.NsjailSandboxes;
import dev.codeinterpreter.core.execution.ExecutionService;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.FileService;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.IsolationLayer;
import dev.codeinterpreter.core.sandbox.SandboxPort;
import dev.codeinterpreter.core.session.InProcessSessionLocks;
import dev.codeinterpreter.core.session.SessionService;
import dev.codeinterpreter.core.state.StateService;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The graph of the server's objects, made by plain {@code new}, and its end: closed in reverse order, each part in bounded time.
 * The only place of the server that names adapters.
 */
final class Wiring implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Wiring.class);
    private static final Duration PART_LIMIT = Duration.ofSeconds(10);
    private static final int WAITING_PER_SESSION = 16;

    private final Closing closing;
    private final HttpServer http;

    private Wiring(Closing closing, HttpServer http) {
        this.closing = closing;
        this.http = http;
    }

    /**
     * Opens the adapters and starts to listen.
     *
     * @throws dev.codeinterpreter.core.failure.CodeInterpreterException when one of them cannot be opened; those that were open
     *     are closed again
     */
    static Wiring open(Settings settings) {
        Closing closing = new Closing();
        try {
            NsjailSandboxes sandboxes = closing.add("sandboxes", PART_LIMIT, NsjailSandboxes.open(settings.sandbox()));
            requireIsolation(sandboxes.inspect(), settings.waivedLayers());
            return open(settings, sandboxes, closing);
        } catch (RuntimeException failure) {
            closing.close();
            throw failure;
        }
    }

    /**
     * Looks whether every promised wall stands.
     *
     * @throws UnavailableException naming those that do not and are not waived
     */
    static void requireIsolation(List<IsolationLayer> layers, Set<String> waived) {
        List<IsolationLayer> missing =
                layers.stream().filter(layer -> !layer.holds()).toList();
        missing.stream()
                .filter(layer -> waived.contains(layer.name()))
                .forEach(layer -> LOG.warn("Waived: {} does not hold: {}", layer.name(), layer.detail()));
        List<String> refused = missing.stream()
                .filter(layer -> !waived.contains(layer.name()))
                .map(layer -> layer.name() + " (" + layer.detail() + ")")
                .toList();
        if (!refused.isEmpty()) {
            throw new UnavailableException(
                    "sandboxes",
                    "Sandboxes are not as closed as promised: " + String.join("; ", refused)
                            + ". Mend the machine, or name them in SANDBOX_WAIVED_LAYERS to start without them");
        }
    }

    /** The same with other sandboxes, which are the caller's to close. */
    static Wiring open(Settings settings, SandboxPort sandboxes, Closing closing) {
        Clock clock = Clock.systemUTC();
        LocalStorage storage = closing.add("storage", PART_LIMIT, LocalStorage.open(settings.storage()));
        SessionService sessions = new SessionService(storage.sessions(), settings.sessionLife(), clock);
        FileService files = new FileService(storage.sessions(), sessions, storage.files(), settings.files(), clock);
        StateService states = new StateService(
                storage.states(),
                storage.files(),
                new InProcessSessionLocks(WAITING_PER_SESSION),
                settings.state(),
                clock);
        ExecutionService executions =
                new ExecutionService(sandboxes, sessions, files, states, settings.execution(), clock);
        var _ = closing.add(
                "sweeper", PART_LIMIT, Sweeper.start(settings.sweepPause(), () -> sessions.sweep(storage.files())));
        HttpServer http = closing.add(
                "http",
                settings.http().times().close().plus(PART_LIMIT),
                new HttpServer(
                        settings.http(),
                        settings.access().service(),
                        executions,
                        sessions,
                        files,
                        sandboxes.languages(),
                        clock));
        http.start();
        tell(settings, sandboxes, http.port());
        return new Wiring(closing, http);
    }

    private static void tell(Settings settings, SandboxPort sandboxes, int port) {
        String languages =
                sandboxes.languages().stream().sorted().map(Language::code).collect(Collectors.joining(","));
        LOG.atInfo()
                .addKeyValue("version", settings.http().version())
                .addKeyValue("port", port)
                .addKeyValue("languages", languages)
                .log(
                        "Code Interpreter {} listens on http://{}:{}; storage embedded, sandboxes nsjail, languages {}",
                        settings.http().version(),
                        settings.http().host(),
                        port,
                        languages.isEmpty() ? "none (docker/setup.sh installs them)" : languages);
    }

    /** The port it listens on. */
    int port() {
        return http.port();
    }

    @Override
    public void close() {
        closing.close();
    }
}

package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.access.AccessService;
import dev.codeinterpreter.core.execution.ExecutionPort;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.FileService;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.session.SessionService;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinException;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service over HTTP/1.1: every route at the root and below {@code /v1}. Owns its threads and connections, and nothing of what
 * it was given. Safe for use by many threads.
 */
public final class HttpServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    private static final int PLATFORM_THREADS = 16;

    /** How long cancelled executions may take to give their last answers, if the settings do not ask for more haste. */
    private static final Duration LONGEST_CANCEL_TIME = Duration.ofSeconds(5);

    private static final Duration STOP_TIME = Duration.ofSeconds(2);

    /** How long a connection without a request may stay open once all requests are done. */
    private static final long STOP_IDLE_MILLIS = 200;

    private final HttpSettings settings;
    private final Runs runs;
    private final InFlight inFlight = new InFlight();
    private final Errors errors;
    private final HeaderDeadline headerDeadline;
    private final Javalin javalin;
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * A server that does not listen yet.
     *
     * @param languages those whose toolchains are there, for {@code /languages}
     */
    public HttpServer(
            HttpSettings settings,
            AccessService access,
            ExecutionPort executions,
            SessionService sessions,
            FileService files,
            Set<Language> languages,
            Clock clock) {
        this.settings = settings;
        this.runs = new Runs(executions);
        this.errors = new Errors(clock);
        this.headerDeadline = new HeaderDeadline(settings.times().header());
        Callers callers = new Callers(access);
        ExecRoute exec = new ExecRoute(callers, runs, settings);
        UploadRoutes uploads = new UploadRoutes(callers, sessions, files, settings);
        FileRoutes stored = new FileRoutes(callers, files);
        ServiceRoutes service = new ServiceRoutes(callers, languages, settings.version());
        this.javalin = Javalin.create(config -> {
            configure(config);
            RoutesConfig routes = config.routes;
            routes.exception(HttpResponseException.class, (failure, context) -> errors.answer(context, failure));
            routes.post("/exec", errors.guarding(exec::handle));
            routes.post("/upload", errors.guarding(uploads::upload));
            routes.post("/upload/batch", errors.guarding(uploads::batch));
            get(routes, "/files/{session_id}", stored::list);
            routes.delete("/files/{session_id}/{file_id}", errors.guarding(stored::delete));
            get(routes, "/sessions/{session_id}/objects/{file_id}", stored::object);
            routes.get("/download/{session_id}/{file_id}", errors.guarding(stored::download));
            routes.head("/download/{session_id}/{file_id}", errors.guarding(stored::head));
            get(routes, "/health", service::health);
            get(routes, "/languages", service::languages);
        });
    }

    /**
     * Begins to listen.
     *
     * @return this server
     * @throws UnavailableException when the port is taken or may not be used
     * @throws IllegalStateException when it was started or closed before
     */
    public HttpServer start() {
        if (closed.get() || started.getAndSet(true)) {
            throw new IllegalStateException("a server can be started once only");
        }
        try {
            javalin.start();
        } catch (RuntimeException failed) {
            throw new UnavailableException(
                    "http port", "Cannot listen on " + settings.host() + ":" + settings.port(), failed);
        }
        LOG.info("listening on {}:{}", settings.host(), port());
        return this;
    }

    /** The port it listens on. */
    public int port() {
        return javalin.port();
    }

    /**
     * Refuses new requests with 503, lets running ones finish for a while, cancels the executions of those that remain, and ends
     * all connections. Takes at the most the settings' time and seven seconds more; a second call does nothing.
     */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        inFlight.close();
        try {
            if (!inFlight.awaitNone(settings.times().close())) {
                LOG.warn("cancelling the executions of {} requests", inFlight.count());
                runs.cancelAll();
                Duration close = settings.times().close();
                inFlight.awaitNone(close.compareTo(LONGEST_CANCEL_TIME) < 0 ? close : LONGEST_CANCEL_TIME);
            }
        } catch (InterruptedException hurry) {
            runs.cancelAll();
            Thread.currentThread().interrupt();
        }
        try {
            javalin.stop();
        } catch (JavalinException late) {
            LOG.warn("some connections had to be cut", late);
        }
    }

    /** Whether new requests are refused. */
    boolean isClosing() {
        return inFlight.isClosing();
    }

    /** Javalin would answer HEAD wherever there is a GET; nobody asks for that. */
    private void get(RoutesConfig routes, String path, Handler handler) {
        routes.get(path, errors.guarding(handler));
        routes.addHttpHandler(HandlerType.HEAD, path, errors.guarding(_ -> {
            throw new Refusal(ErrorAnswer.wrongMethod("GET"));
        }));
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.router.javaLangErrorHandler(errors::answerFatal);
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.jetty.threadPool = threadPool();
        config.jetty.modifyHttpConfiguration(http -> {
            http.setRequestHeaderSize(settings.sizes().headerBytes());
            http.setSendServerVersion(false);
            http.setSendXPoweredBy(false);
        });
        config.jetty.addConnector(this::connector);
        config.jetty.modifyServer(this::prepare);
    }

    private QueuedThreadPool threadPool() {
        VirtualThreadPool requests = new VirtualThreadPool();
        requests.setName("http-request");
        requests.setMaxConcurrentTasks(settings.load().requests());
        QueuedThreadPool platform = new QueuedThreadPool(PLATFORM_THREADS);
        platform.setName("http");
        platform.setVirtualThreadsExecutor(requests);
        return platform;
    }

    private Connector connector(Server server, HttpConfiguration http) {
        ServerConnector connector = new ServerConnector(server, 1, 2, new HttpConnectionFactory(http));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(settings.times().idle().toMillis());
        connector.setShutdownIdleTimeout(STOP_IDLE_MILLIS);
        connector.addBean(headerDeadline);
        connector.addBean(new NetworkConnectionLimit(settings.load().connections(), connector));
        return connector;
    }

    private void prepare(Server server) {
        server.setStopTimeout(STOP_TIME.toMillis());
        server.setErrorHandler(new JettyErrors(errors));
        server.insertHandler(new EdgeHandler(inFlight, headerDeadline, errors));
    }
}

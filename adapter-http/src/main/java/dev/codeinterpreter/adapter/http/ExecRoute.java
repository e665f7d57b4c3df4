package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.execution.ExecutionRequest;
import dev.codeinterpreter.core.execution.ExecutionResult;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.session.SessionId;
import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /exec}.
 *
 * <p>The program runs on a thread of its own while the thread of the request waits for it, sends whitespace when that takes long,
 * and ends the run when the client hangs up. Everything that can be refused is refused before the first byte.
 */
final class ExecRoute {

    private static final Logger LOG = LoggerFactory.getLogger(ExecRoute.class);

    private static final String PROFILE = "default";

    /** How long a cancelled execution may take to clean up before its request gives up on it. */
    private static final Duration CANCEL_TIME = Duration.ofSeconds(30);

    private final Callers callers;
    private final Runs runs;
    private final HttpSettings settings;

    ExecRoute(Callers callers, Runs runs, HttpSettings settings) {
        this.callers = callers;
        this.runs = runs;
        this.settings = settings;
    }

    void handle(Context context) throws IOException {
        HttpServletRequest request = context.req();
        String requestId = RequestId.of(request);
        Caller caller = callers.of(request);
        requireProfile(request);
        requireJson(request);
        ExecutionRequest execution = read(request, caller, requestId);

        Peer peer = Peer.of(request);
        SlowAnswer answer = new SlowAnswer(context.res());
        try (Run run = runs.start(requestId, execution)) {
            boolean ended = await(run, answer, peer, requestId);
            ExecAnswer body = ended ? answerOf(run, execution, answer, requestId) : abandoned(execution, requestId);
            answer.complete(Json.bytes(body));
        }
    }

    private ExecutionRequest read(HttpServletRequest request, Caller caller, String requestId) throws IOException {
        try (RequestBody body = RequestBody.of(
                request, settings.sizes().bodyBytes(), settings.times().body())) {
            ExecutionRequest execution = ExecRequestReader.read(Json.read(body), caller, requestId);
            body.readToEnd();
            return execution;
        }
    }

    /** Waits for the run and talks to the client meanwhile; false when even a cancelled run does not come to its end. */
    private boolean await(Run run, SlowAnswer answer, Peer peer, String requestId) {
        long keepAliveNanos = settings.times().keepAlive().toNanos();
        long nextByte = System.nanoTime() + keepAliveNanos;
        try {
            while (true) {
                long untilByte = nextByte - System.nanoTime();
                long wait = Math.max(
                        0, Math.min(untilByte, settings.times().peerCheck().toNanos()));
                if (run.await(Duration.ofNanos(wait))) {
                    return true;
                }
                if (peer.isGone()) {
                    return cancel(run, "the client hung up", requestId);
                }
                if (System.nanoTime() - nextByte >= 0) {
                    if (!answer.keepAlive()) {
                        return cancel(run, "the client does not take bytes any more", requestId);
                    }
                    nextByte += keepAliveNanos;
                }
            }
        } catch (InterruptedException stopping) {
            run.cancel();
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static boolean cancel(Run run, String reason, String requestId) throws InterruptedException {
        LOG.info("request {}: execution cancelled, {}", requestId, reason);
        run.cancel();
        return run.await(CANCEL_TIME);
    }

    private static ExecAnswer answerOf(Run run, ExecutionRequest execution, SlowAnswer answer, String requestId) {
        try {
            ExecutionResult result = run.result();
            for (FileReference skipped : result.skippedInputs()) {
                LOG.warn(
                        "request {}: file {} of session {} is not there and was not mounted",
                        requestId,
                        skipped.file(),
                        skipped.session());
            }
            return ExecAnswer.of(result);
        } catch (RuntimeException failure) {
            if (!answer.hasBegun()) {
                throw failure;
            }
            return lost(execution, Errors.answerOf(failure, requestId).body().message());
        }
    }

    private static ExecAnswer abandoned(ExecutionRequest execution, String requestId) {
        LOG.warn("request {}: the cancelled execution has not ended in time", requestId);
        return lost(execution, "The execution was cancelled");
    }

    /** Nothing was stored under the session; a new name for it makes the next request start afresh. */
    private static ExecAnswer lost(ExecutionRequest execution, String reason) {
        return ExecAnswer.lost(execution.session().orElseGet(SessionId::random), reason);
    }

    private static void requireProfile(HttpServletRequest request) {
        String expected = request.getHeader("X-CodeAPI-Expected-Profile");
        if (expected != null && expected.strip().equalsIgnoreCase("stateful")) {
            throw new Refusal(ErrorAnswer.profileMismatch("stateful", PROFILE));
        }
    }

    /**
     * A web page can make its visitors' browsers post text and forms anywhere, but JSON only where it is allowed to: this is what
     * keeps pages away from a server without keys on the visitor's own machine.
     */
    private static void requireJson(HttpServletRequest request) {
        String type = request.getContentType();
        String essence = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!essence.equals(Json.MEDIA_TYPE) && !(essence.startsWith("application/") && essence.endsWith("+json"))) {
            throw new Refusal(ErrorAnswer.wrongMediaType("The Content-Type must be " + Json.MEDIA_TYPE));
        }
    }
}

package dev.codeinterpreter.adapter.http;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JSON answer that may be long in coming: the status line and a space, which JSON allows, go out ahead of it, and more spaces
 * while it takes. Clients that share their connections give up on a silent one after five seconds.
 */
final class SlowAnswer {

    private static final Logger LOG = LoggerFactory.getLogger(SlowAnswer.class);

    private final HttpServletResponse response;
    private boolean begun;

    SlowAnswer(HttpServletResponse response) {
        this.response = response;
    }

    /** Whether the status has gone out, so that no other one can be told any more. */
    boolean hasBegun() {
        return begun;
    }

    /** Sends a space; false when the client cannot be reached any more. */
    boolean keepAlive() {
        try {
            begin();
            response.getOutputStream().write(' ');
            response.flushBuffer();
            return true;
        } catch (IOException gone) {
            LOG.debug("no byte reaches the client", gone);
            return false;
        }
    }

    /** Sends {@code body} and with it the end of the answer. */
    void complete(byte[] body) throws IOException {
        if (!begun) {
            begin();
            response.setContentLength(body.length);
        }
        response.getOutputStream().write(body);
        response.flushBuffer();
    }

    private void begin() {
        if (!begun) {
            begun = true;
            response.setStatus(HttpServletResponse.SC_OK);
            response.setContentType(Json.MEDIA_TYPE);
            response.setHeader("X-Accel-Buffering", "no");
            response.setHeader("Cache-Control", "no-store");
        }
    }
}

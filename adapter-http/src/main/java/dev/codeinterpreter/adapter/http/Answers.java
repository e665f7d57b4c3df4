package dev.codeinterpreter.adapter.http;

import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Sends whole answers on routes whose connections are not kept. */
final class Answers {

    private Answers() {}

    /** Sends {@code value} as JSON with status 200. */
    static void send(Context context, Object value) throws IOException {
        byte[] body = Json.bytes(value);
        HttpServletResponse response = context.res();
        closeAfterwards(response);
        response.setContentType(Json.MEDIA_TYPE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /**
     * Ends the connection with this answer. Clients share connections: one that carried a request with a time limit keeps the
     * limit's timer and would cut a long execution that follows on it.
     */
    static void closeAfterwards(HttpServletResponse response) {
        response.setHeader("Connection", "close");
    }
}

package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.id.Identifiers;
import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** The id that joins a request, its answer and its lines in the log. */
final class RequestId {

    static final String HEADER = "X-Request-Id";

    private static final String ATTRIBUTE = RequestId.class.getName();
    private static final Pattern ACCEPTED = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    private RequestId() {}

    /** Gives {@code request} its id: the one a proxy sent, when it is an acceptable one, else a new one. */
    static String assign(Request request) {
        String sent = request.getHeaders().get(HEADER);
        String id = sent != null && ACCEPTED.matcher(sent).matches() ? sent : Identifiers.random();
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }

    static String of(HttpServletRequest request) {
        return text(request.getAttribute(ATTRIBUTE));
    }

    /** The id of a request that may have failed before it got one. */
    static String of(Request request) {
        return text(request.getAttribute(ATTRIBUTE));
    }

    private static String text(@Nullable Object id) {
        return id instanceof String assigned ? assigned : Identifiers.random();
    }
}

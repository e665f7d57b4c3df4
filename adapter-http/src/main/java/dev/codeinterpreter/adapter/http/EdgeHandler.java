package dev.codeinterpreter.adapter.http;

import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * What happens to every request before it meets a route: it gets an id, its answer gets the headers that all answers have, its
 * path loses repeated slashes and the prefix {@code /v1}, and it is counted. Nothing is ever redirected, since a redirected POST
 * loses its body.
 */
final class EdgeHandler extends Handler.Wrapper {

    private static final Pattern SLASHES = Pattern.compile("/{2,}");
    private static final String PREFIX = "/v1";

    private static final HttpField[] SECURITY = {
        new PreEncodedHttpField("X-Content-Type-Options", "nosniff"),
        new PreEncodedHttpField("X-Frame-Options", "DENY"),
        new PreEncodedHttpField("X-XSS-Protection", "1; mode=block"),
        new PreEncodedHttpField("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
        new PreEncodedHttpField("Referrer-Policy", "strict-origin-when-cross-origin"),
        new PreEncodedHttpField("Permissions-Policy", "geolocation=(), microphone=(), camera=()"),
        new PreEncodedHttpField("Content-Security-Policy", "default-src 'self'"),
    };

    private final InFlight inFlight;
    private final HeaderDeadline headerDeadline;
    private final Errors errors;

    EdgeHandler(InFlight inFlight, HeaderDeadline headerDeadline, Errors errors) {
        this.inFlight = inFlight;
        this.headerDeadline = headerDeadline;
        this.errors = errors;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String requestId = RequestId.assign(request);
        addHeaders(response.getHeaders(), requestId);
        HeaderDeadline.Watch watch = headerDeadline.requestBegins(request.getConnectionMetaData());
        boolean admitted = inFlight.enter();
        Request.addCompletionListener(request, _ -> {
            inFlight.leave();
            watch.requestEnds();
        });
        if (!admitted) {
            refuse(response, callback, requestId);
            return true;
        }
        return super.handle(withPlainPath(request), response, callback);
    }

    static void addHeaders(HttpFields.Mutable headers, String requestId) {
        for (HttpField field : SECURITY) {
            headers.put(field);
        }
        headers.put(RequestId.HEADER, requestId);
    }

    /** {@code /v1//files/x/} is {@code /files/x/}. */
    static String plain(String path) {
        String single = SLASHES.matcher(path).replaceAll("/");
        if (single.equals(PREFIX)) {
            return "/";
        }
        return single.startsWith(PREFIX + "/") ? single.substring(PREFIX.length()) : single;
    }

    private static Request withPlainPath(Request request) {
        HttpURI uri = request.getHttpURI();
        String path = uri.getPath();
        if (path == null || path.equals(plain(path))) {
            return request;
        }
        HttpURI plain = HttpURI.build(uri).path(plain(path)).asImmutable();
        return new Request.Wrapper(request) {
            @Override
            public HttpURI getHttpURI() {
                return plain;
            }
        };
    }

    private void refuse(Response response, Callback callback, String requestId) {
        ErrorAnswer answer = ErrorAnswer.unavailable("The server is shutting down");
        response.setStatus(answer.status());
        HttpFields.Mutable headers = response.getHeaders();
        answer.headers().forEach(headers::put);
        headers.put("Content-Type", Json.MEDIA_TYPE);
        headers.put("Connection", "close");
        response.write(true, ByteBuffer.wrap(errors.body(answer, requestId)), callback);
    }
}

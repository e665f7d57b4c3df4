package dev.codeinterpreter.adapter.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Answers what Jetty refuses by itself (a broken request line, too large a header) in our shape instead of Jetty's page. */
final class JettyErrors extends ErrorHandler {

    private final Errors errors;

    JettyErrors(Errors errors) {
        this.errors = errors;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        if (request.getAttribute(ERROR_EXCEPTION) instanceof HttpException refused) {
            status = refused.getCode();
        }
        String requestId = RequestId.of(request);
        ErrorAnswer answer = status == HttpStatus.NOT_FOUND_404
                ? ErrorAnswer.unknownRoute()
                : ErrorAnswer.protocol(status, HttpStatus.getMessage(status));
        response.setStatus(status);
        HttpFields.Mutable headers = response.getHeaders();
        EdgeHandler.addHeaders(headers, requestId);
        headers.put("Content-Type", Json.MEDIA_TYPE);
        response.write(true, ByteBuffer.wrap(errors.body(answer, requestId)), callback);
        return true;
    }
}

package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.language.Language;
import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What the service says about itself. */
final class ServiceRoutes {

    private final Callers callers;
    private final Set<Language> available;
    private final String version;

    ServiceRoutes(Callers callers, Set<Language> available, String version) {
        this.callers = callers;
        this.available = Set.copyOf(available);
        this.version = version;
    }

    /** That the process is there and answers; needs no key. */
    void health(Context context) throws IOException {
        send(context, new Health("healthy", version, "code-interpreter-api"));
    }

    void languages(Context context) throws IOException {
        callers.of(context.req());
        List<LanguageItem> items = Arrays.stream(Language.values())
                .map(language -> new LanguageItem(
                        language.code(), language.displayName(), language.aliases(), available.contains(language)))
                .toList();
        send(context, new Languages(items));
    }

    private static void send(Context context, Object value) throws IOException {
        byte[] body = Json.bytes(value);
        HttpServletResponse response = context.res();
        response.setContentType(Json.MEDIA_TYPE);
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** The body of an answer to {@code GET /health}. */
    record Health(String status, String version, String service) {}

    /** The body of an answer to {@code GET /languages}. */
    record Languages(List<LanguageItem> languages) {}

    /**
     * One language.
     *
     * @param code for {@code lang}; so are the aliases
     * @param available whether its toolchain was found on this machine
     */
    record LanguageItem(String code, String name, List<String> aliases, boolean available) {}
}

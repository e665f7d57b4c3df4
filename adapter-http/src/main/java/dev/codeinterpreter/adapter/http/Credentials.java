package dev.codeinterpreter.adapter.http;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Finds the key in the headers of a request: {@code x-api-key}, else a Bearer token, else Basic credentials. The first one that
 * is there decides, even when it is wrong and a later one would be right.
 */
final class Credentials {

    private static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";

    private Credentials() {}

    /** The key as it was presented; empty when there is none. */
    static Optional<String> key(HttpServletRequest request) {
        Optional<String> header = Optional.ofNullable(request.getHeader("x-api-key"))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
        if (header.isPresent()) {
            return header;
        }
        List<String> authorizations = Collections.list(request.getHeaders("Authorization"));
        return ofScheme(BEARER, authorizations)
                .or(() -> ofScheme(BASIC, authorizations).map(Credentials::ofBasic));
    }

    private static Optional<String> ofScheme(String scheme, List<String> authorizations) {
        return authorizations.stream()
                .map(String::strip)
                .filter(text -> text.regionMatches(true, 0, scheme, 0, scheme.length()))
                .map(text -> text.substring(scheme.length()).strip())
                .findFirst();
    }

    /** Clients put the key where a user name goes, with or without the colon after it, or where the password goes. */
    private static String ofBasic(String encoded) {
        String text;
        try {
            text = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            return encoded;
        }
        int colon = text.indexOf(':');
        return colon <= 0 ? text.substring(colon + 1) : text.substring(0, colon);
    }
}

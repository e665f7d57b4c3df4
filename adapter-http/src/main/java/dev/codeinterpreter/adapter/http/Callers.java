package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.access.AccessService;
import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.failure.NotAllowedException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.regex.Pattern;

/** Tells in whose name a request comes. */
final class Callers {

    private static final Pattern USER = Pattern.compile("[\\x21-\\x7E]{1,256}");

    private final AccessService access;

    Callers(AccessService access) {
        this.access = access;
    }

    /**
     * The caller, with the user whom the header {@code User-Id} names.
     *
     * @throws NotAllowedException when there is no key or none that is known
     */
    Caller of(HttpServletRequest request) {
        Caller caller = access.authenticate(Credentials.key(request));
        Optional<String> user = Optional.ofNullable(request.getHeader("User-Id"))
                .filter(text -> USER.matcher(text).matches());
        return caller.user().isPresent() ? caller : new Caller(caller.owner(), user);
    }
}

package dev.codeinterpreter.adapter.redis;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads URLs of Redis. By hand, since {@link java.net.URI} refuses passwords that people have, and shows them when it does. */
final class RedisUrl {

    private static final Pattern SHAPE = Pattern.compile("""
            (?<scheme>rediss?)://\
            (?:(?<credentials>.*)@)?\
            (?<host>[^@:/?#\\[\\]\\s]+|\\[[0-9A-Fa-f:.%]+\\])\
            (?::(?<port>[0-9]{1,5}))?\
            (?:/(?<database>[0-9]{0,5}))?""", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private RedisUrl() {}

    static RedisSettings parse(String url) {
        Matcher shape = SHAPE.matcher(url.strip());
        if (!shape.matches()) {
            throw invalid("must look like redis://user:password@host:port/database, or rediss:// for TLS");
        }
        RedisSettings settings = RedisSettings.of(
                hostOf(shape.group("host")), numberOf(shape.group("port"), RedisSettings.DEFAULT_PORT));
        settings = settings.withDatabase(numberOf(shape.group("database"), 0));
        if (shape.group("scheme").length() == "rediss".length()) {
            settings = settings.withTls(Optional.empty());
        }
        String credentials = shape.group("credentials");
        return credentials == null || credentials.isEmpty() ? settings : with(settings, credentials);
    }

    private static RedisSettings with(RedisSettings settings, String credentials) {
        int colon = credentials.indexOf(':');
        String user = colon < 0 ? "" : decoded(credentials.substring(0, colon));
        String password = decoded(credentials.substring(colon + 1));
        if (password.isEmpty()) {
            throw invalid("names a user without a password");
        }
        return settings.withCredentials(Optional.of(user).filter(name -> !name.isEmpty()), Optional.of(password));
    }

    private static String hostOf(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static int numberOf(@Nullable String digits, int otherwise) {
        return digits == null || digits.isEmpty() ? otherwise : Integer.parseInt(digits);
    }

    private static String decoded(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length);
        for (int i = 0; i < encoded.length; i++) {
            if (encoded[i] != '%') {
                bytes.write(encoded[i]);
                continue;
            }
            int high = i + 2 < encoded.length ? Character.digit(encoded[i + 1], 16) : -1;
            int low = i + 2 < encoded.length ? Character.digit(encoded[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                throw invalid(
                        "has a % in its credentials that is not followed by two hexadecimal digits; write it as %25");
            }
            bytes.write(high << 4 | low);
            i += 2;
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static InvalidRequestException invalid(String problem) {
        return new InvalidRequestException("url", "invalid_url", "url of Redis " + problem);
    }
}

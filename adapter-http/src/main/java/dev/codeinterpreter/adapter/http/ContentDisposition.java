package dev.codeinterpreter.adapter.http;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the header of that name says about a part of a form.
 *
 * <p>Names come as raw UTF-8 in quotes, with {@code "} written as {@code %22}, or with a backslash before it by older clients.
 * Nothing else is decoded, so that a name goes back exactly as it came.
 *
 * @param name of the field; empty when there is none
 * @param fileName absent for a part that is no file
 */
record ContentDisposition(String name, Optional<String> fileName) {

    private static final Pattern EXTENDED = Pattern.compile("(?i)utf-8'[^']*'(.*)");
    private static final String PLAIN = "!#$&+-.^_`|~";

    static ContentDisposition parse(String header) {
        Map<String, String> parameters = new HashMap<>();
        int position = header.indexOf(';');
        while (position >= 0 && position < header.length()) {
            int equals = header.indexOf('=', position);
            if (equals < 0) {
                break;
            }
            String key = header.substring(position + 1, equals).strip().toLowerCase(Locale.ROOT);
            StringBuilder value = new StringBuilder();
            position = header.indexOf(';', readValue(header, equals + 1, value));
            parameters.putIfAbsent(key, value.toString());
        }
        Optional<String> fileName = Optional.ofNullable(parameters.get("filename"))
                .map(text -> text.replace("%22", "\""))
                .or(() -> Optional.ofNullable(parameters.get("filename*")).flatMap(ContentDisposition::extended));
        return new ContentDisposition(parameters.getOrDefault("name", "").replace("%22", "\""), fileName);
    }

    /**
     * The value of the header for sending a file: the name in ASCII for old clients, and exactly for the others.
     *
     * @param name without directories
     */
    static String attachment(String name) {
        return "attachment; filename=\"" + ascii(name) + "\"; filename*=UTF-8''" + percentEncoded(name);
    }

    /** Appends the value that begins at {@code start} and returns where it ends. */
    private static int readValue(String header, int start, StringBuilder value) {
        int i = start;
        while (i < header.length() && header.charAt(i) == ' ') {
            i++;
        }
        if (i == header.length() || header.charAt(i) != '"') {
            int semicolon = header.indexOf(';', i);
            int end = semicolon < 0 ? header.length() : semicolon;
            value.append(header.substring(i, end).strip());
            return end;
        }
        for (i++; i < header.length() && header.charAt(i) != '"'; i++) {
            if (header.charAt(i) == '\\' && isEscapable(header, i + 1)) {
                i++;
            }
            value.append(header.charAt(i));
        }
        return i;
    }

    private static boolean isEscapable(String header, int index) {
        return index < header.length() && (header.charAt(index) == '"' || header.charAt(index) == '\\');
    }

    private static Optional<String> extended(String value) {
        Matcher matcher = EXTENDED.matcher(value);
        return matcher.matches() ? Optional.of(percentDecoded(matcher.group(1))) : Optional.empty();
    }

    private static String ascii(String name) {
        StringBuilder plain = new StringBuilder();
        Normalizer.normalize(name, Normalizer.Form.NFD)
                .codePoints()
                .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
                .forEach(c -> plain.append(c < 0x20 || c > 0x7E || c == '"' || c == '\\' || c == '%' ? '_' : (char) c));
        return plain.toString();
    }

    private static String percentEncoded(String name) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0);
            if (plain) {
                encoded.append(c);
            } else {
                encoded.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return encoded.toString();
    }

    private static String percentDecoded(String text) {
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        byte[] decoded = new byte[raw.length];
        int length = 0;
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] == '%' && i + 2 < raw.length && hex(raw[i + 1]) >= 0 && hex(raw[i + 2]) >= 0) {
                decoded[length++] = (byte) (hex(raw[i + 1]) << 4 | hex(raw[i + 2]));
                i += 2;
            } else {
                decoded[length++] = raw[i];
            }
        }
        return new String(decoded, 0, length, StandardCharsets.UTF_8);
    }

    private static int hex(byte digit) {
        return Character.digit(digit, 16);
    }
}

package dev.codeinterpreter.core.file;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The path of a file relative to the working directory of a program: {@code sales.csv}, {@code charts/2026/p.png}.
 *
 * <p>The only place that decides which names are allowed. A name is kept exactly as it was sent, since clients find their files
 * by it; it is refused rather than repaired. Whoever turns one into a path of a file system must do so segment by segment.
 *
 * @param value segments joined by {@code /}; at most {@value #MAX_CHARACTERS} characters and {@value #MAX_DEPTH} segments, each
 *     of at most {@value #MAX_SEGMENT_BYTES} bytes of UTF-8; no empty, {@code .} or {@code ..} segment, no backslash, no NUL
 */
public record FileName(String value) implements Comparable<FileName> {

    public static final int MAX_CHARACTERS = 1024;
    public static final int MAX_DEPTH = 10;
    public static final int MAX_SEGMENT_BYTES = 255;

    /** @throws InvalidRequestException field {@code name}, code {@code invalid_file_name}, when a rule above is broken */
    public FileName {
        String problem = problemOf(value);
        if (problem != null) {
            throw new InvalidRequestException(
                    "name", "invalid_file_name", "File name " + quoted(value) + " " + problem);
        }
    }

    /**
     * The name in {@code text}.
     *
     * @param field what the caller called it, for the message: {@code files[2].name}
     * @throws InvalidRequestException with that field, when a rule is broken
     */
    public static FileName parse(String field, String text) {
        String problem = problemOf(text);
        if (problem != null) {
            throw new InvalidRequestException(
                    field, "invalid_file_name", field + ": file name " + quoted(text) + " " + problem);
        }
        return new FileName(text);
    }

    /** Whether {@code text} is a legal name. */
    public static boolean isLegal(String text) {
        return problemOf(text) == null;
    }

    /** The path's parts, at least one. */
    public List<String> segments() {
        return List.of(value.split("/"));
    }

    /** The last segment: the name without its directories. */
    public String lastSegment() {
        return value.substring(value.lastIndexOf('/') + 1);
    }

    @Override
    public int compareTo(FileName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }

    private static @Nullable String problemOf(String text) {
        if (text.isEmpty()) {
            return "is empty";
        }
        if (text.length() > MAX_CHARACTERS) {
            return "is longer than " + MAX_CHARACTERS + " characters";
        }
        if (text.startsWith("/")) {
            return "is absolute; it must be relative to the working directory";
        }
        if (text.indexOf('\0') >= 0) {
            return "contains a NUL character";
        }
        if (text.indexOf('\\') >= 0) {
            return "contains a backslash; directories are separated by /";
        }
        String[] segments = text.split("/", -1);
        if (segments.length > MAX_DEPTH) {
            return "is nested deeper than " + MAX_DEPTH + " levels";
        }
        for (String segment : segments) {
            String problem = problemOfSegment(segment);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static @Nullable String problemOfSegment(String segment) {
        if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
            return "contains an empty, . or .. segment";
        }
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(segment));
            return bytes.remaining() <= MAX_SEGMENT_BYTES
                    ? null
                    : "has a segment of more than " + MAX_SEGMENT_BYTES + " bytes";
        } catch (CharacterCodingException unpairedSurrogate) {
            return "contains an unpaired surrogate";
        }
    }

    private static String quoted(String text) {
        String shown = text.length() <= 80 ? text : text.substring(0, 80) + "…";
        return "'" + shown.replace("\0", "\\0") + "'";
    }
}

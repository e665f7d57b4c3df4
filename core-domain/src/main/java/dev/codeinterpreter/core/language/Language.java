package dev.codeinterpreter.core.language;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A programming language, by the code that callers use for it.
 *
 * <p>The factors multiply the service's default limits: a compiler needs more time and memory than an interpreter that has
 * been waiting.
 */
public enum Language {
    PYTHON("py", "Python", 1.0, 1.0, List.of("python", "python3"), List.of("py")),
    JAVASCRIPT("js", "JavaScript", 1.0, 1.0, List.of("javascript", "node", "nodejs"), List.of("js", "mjs", "cjs")),
    TYPESCRIPT("ts", "TypeScript", 1.2, 1.0, List.of("typescript"), List.of("ts", "mts", "cts")),
    GO("go", "Go", 1.5, 1.2, List.of("golang"), List.of("go")),
    JAVA("java", "Java", 2.0, 1.5, List.of(), List.of("java")),
    C("c", "C", 1.5, 1.0, List.of(), List.of("c")),
    CPP("cpp", "C++", 1.5, 1.0, List.of("c++", "cxx", "cc"), List.of("cpp", "cc", "cxx")),
    PHP("php", "PHP", 1.0, 1.0, List.of(), List.of("php")),
    RUST("rs", "Rust", 3.0, 1.5, List.of("rust"), List.of("rs")),
    R("r", "R", 1.5, 1.2, List.of("rscript"), List.of("r")),
    FORTRAN("f90", "Fortran", 2.0, 1.0, List.of("fortran", "f95"), List.of("f90", "f95", "f03", "f08")),
    D("d", "D", 2.0, 1.2, List.of("dlang"), List.of("d")),
    BASH("bash", "Bash", 1.0, 1.0, List.of("sh", "shell"), List.of("sh", "bash"));

    private static final Map<String, Language> BY_NAME = Arrays.stream(values())
            .flatMap(language -> Stream.concat(Stream.of(language.code), language.aliases.stream())
                    .map(name -> Map.entry(name, language)))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private static final Map<String, Language> BY_EXTENSION = Arrays.stream(values())
            .flatMap(language -> language.extensions.stream().map(extension -> Map.entry(extension, language)))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private final String code;
    private final String displayName;
    private final double timeFactor;
    private final double memoryFactor;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> aliases;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> extensions;

    Language(
            String code,
            String displayName,
            double timeFactor,
            double memoryFactor,
            List<String> aliases,
            List<String> extensions) {
        this.code = code;
        this.displayName = displayName;
        this.timeFactor = timeFactor;
        this.memoryFactor = memoryFactor;
        this.aliases = aliases;
        this.extensions = extensions;
    }

    /** The code of the wire: {@code py}, {@code f90}. */
    public String code() {
        return code;
    }

    /** The name people use: {@code C++}. */
    public String displayName() {
        return displayName;
    }

    /** By how much the default time limit of the compile phase grows; at least 1. */
    public double timeFactor() {
        return timeFactor;
    }

    /** By how much the default memory limit grows; at least 1. */
    public double memoryFactor() {
        return memoryFactor;
    }

    /** Further names that {@link #parse} accepts; does not contain the code itself. */
    public List<String> aliases() {
        return aliases;
    }

    /** Extensions of source files, without the dot, the usual one first. */
    public List<String> extensions() {
        return extensions;
    }

    /** The language of this code or alias, in any case; empty when nobody knows it. */
    public static Optional<Language> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name.toLowerCase(Locale.ROOT)));
    }

    /** The language of a source file by the extension of its name; empty when there is none or it is not known. */
    public static Optional<Language> ofFileName(String fileName) {
        int dot = fileName.lastIndexOf('.');
        return dot < 0
                ? Optional.empty()
                : Optional.ofNullable(
                        BY_EXTENSION.get(fileName.substring(dot + 1).toLowerCase(Locale.ROOT)));
    }

    /**
     * The language of this code or alias, in any case.
     *
     * @throws InvalidRequestException field {@code lang}, code {@code unsupported_language}, when the name is not known
     */
    public static Language parse(String name) {
        return find(name)
                .orElseThrow(() -> new InvalidRequestException(
                        "lang",
                        "unsupported_language",
                        "Unsupported language: '" + abbreviate(name) + "'. Supported: " + codes()));
    }

    private static String codes() {
        return Arrays.stream(values()).map(Language::code).collect(Collectors.joining(", "));
    }

    private static String abbreviate(String name) {
        return name.length() <= 40 ? name : name.substring(0, 40) + "…";
    }
}

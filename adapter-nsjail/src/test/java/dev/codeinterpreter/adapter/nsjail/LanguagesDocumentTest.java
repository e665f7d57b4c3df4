package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.language.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/languages.md} says what there is: made from the table of toolchains and from the lists that are installed. */
final class LanguagesDocumentTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path DOCUMENT = ROOT.resolve("docs/languages.md");
    private static final Path HOME = NsjailSettings.defaults().home();
    private static final Pattern PIN = Pattern.compile("(?m)^([A-Za-z0-9._-]+)(?:\\[[^]]*])?==([^ ;#\\s]+)");
    private static final Pattern NPM = Pattern.compile("\"([@\\w/.-]+)\": \"(\\d[^\"]*)\"");

    /** To write the document: {@code -Ddocs.write=true}. */
    @Test
    void document_fromTablesAndLists_isUpToDate() throws IOException {
        String expected = document();
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(DOCUMENT, expected);
        }

        assertThat(Files.readString(DOCUMENT)).isEqualTo(expected);
    }

    @Test
    void pythonPackages_ofTheList_areInstalledInThatVersion() throws IOException {
        Map<String, String> installed = new LinkedHashMap<>();
        try (Stream<Path> libraries = Files.list(HOME.resolve("python/lib"))) {
            for (Path library : libraries.toList()) {
                try (Stream<Path> packages = Files.list(library.resolve("site-packages"))) {
                    packages.map(path -> path.getFileName().toString())
                            .filter(name -> name.endsWith(".dist-info"))
                            .map(name -> name.substring(0, name.length() - ".dist-info".length()))
                            .forEach(name -> installed.put(
                                    normalised(name.substring(0, name.indexOf('-'))),
                                    name.substring(name.indexOf('-') + 1)));
                }
            }
        }

        assertThat(installed).containsAllEntriesOf(normalised(pythonPackages()));
    }

    @Test
    void npmPackages_ofTheList_areInstalledInThatVersion() throws IOException {
        for (Map.Entry<String, String> wanted : npmPackages().entrySet()) {
            Path file = HOME.resolve("js/node_modules").resolve(wanted.getKey()).resolve("package.json");
            assertThat(file).content().contains("\"version\": \"" + wanted.getValue() + "\"");
        }
    }

    private static String document() throws IOException {
        StringBuilder text = new StringBuilder("""
                # Languages

                This page is generated: `LanguagesDocumentTest` writes and checks it.

                | Code | Language | Also called | Time | Memory | Starts | Same source again |
                |---|---|---|---|---|---|---|
                """);
        for (Language language : Language.values()) {
            Toolchain toolchain = Toolchains.in(HOME).toolchain(language);
            text.append("| `%s` | %s | %s | x %.1f | x %.1f | %s | %s |\n"
                    .formatted(
                            language.code(),
                            language.displayName(),
                            language.aliases().isEmpty() ? "–" : String.join(", ", language.aliases()),
                            language.timeFactor(),
                            language.memoryFactor(),
                            start(toolchain),
                            toolchain.artefact().isPresent() ? "not compiled again" : "as at first"));
        }
        text.append("""

                Time and memory are the factors by which the usual limits are multiplied. Names may be written in any case. A runtime that
                waits was started ahead for one program, inside the run where that program will run; when none waits, the language is
                started as from a command line. Compiled programs are kept for the same caller only, as long as the server runs, and not
                when files were put next to the source.

                ## Packages of Python

                """);
        text.append(list(pythonPackages()));
        text.append("\n## Packages of JavaScript and TypeScript\n\n").append(list(npmPackages()));
        text.append(
                "\n## Packages of the other languages\n\nDebian packages, in the version of the Debian release that is used:\n\n");
        debianPackages()
                .forEach(
                        (language, names) -> text.append("- `%s`: %s\n".formatted(language, String.join(", ", names))));
        return text.toString();
    }

    private static String start(Toolchain toolchain) {
        if (toolchain.language() == Language.PYTHON) {
            return "copy of a Python that has imported its libraries";
        }
        boolean compiled = !toolchain.compile().isEmpty();
        return toolchain
                .runtime()
                .map(runtime ->
                        compiled && !runtime.compiles() ? "checked, then a runtime that waits" : "a runtime that waits")
                .orElse(compiled ? "compiled" : "started");
    }

    private static String list(Map<String, String> versions) {
        return versions.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", ", "", "\n"));
    }

    private static Map<String, String> pythonPackages() throws IOException {
        return matches(PIN, Files.readString(ROOT.resolve("docker/python/requirements.txt")));
    }

    private static Map<String, String> npmPackages() throws IOException {
        String file = Files.readString(ROOT.resolve("docker/node/package.json"));
        return matches(NPM, file.substring(file.indexOf("\"dependencies\"")));
    }

    private static Map<String, List<String>> debianPackages() throws IOException {
        Map<String, List<String>> packages = new LinkedHashMap<>();
        for (String line : Files.readAllLines(ROOT.resolve("docker/packages.txt"))) {
            String[] words = line.strip().split("\\s+", -1);
            if (Stream.of(Language.values())
                    .anyMatch(language -> language.code().equals(words[0]))) {
                packages.computeIfAbsent(words[0], _ -> new ArrayList<>())
                        .addAll(List.of(words).subList(1, words.length));
            }
        }
        return packages;
    }

    private static Map<String, String> matches(Pattern pattern, String text) {
        Map<String, String> found = new LinkedHashMap<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.put(matcher.group(1), matcher.group(2));
        }
        assertThat(found).isNotEmpty();
        return found;
    }

    private static Map<String, String> normalised(Map<String, String> versions) {
        Map<String, String> result = new LinkedHashMap<>();
        versions.forEach((name, version) -> result.put(normalised(name), version));
        return result;
    }

    /** The rule of the Python packaging specification. */
    private static String normalised(String name) {
        return name.replaceAll("[-_.]+", "-").toLowerCase(Locale.ROOT);
    }
}

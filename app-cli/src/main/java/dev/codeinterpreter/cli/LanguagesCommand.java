package dev.codeinterpreter.cli;

import dev.codeinterpreter.core.language.Language;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code languages}: the languages there are, and which of them this machine can run. */
@Command(
        name = "languages",
        description = "Lists the languages, and whether their toolchains are on this machine.",
        mixinStandardHelpOptions = true,
        exitCodeOnExecutionException = ExitStatus.INTERNAL)
final class LanguagesCommand implements Callable<Integer> {
    private final Streams streams;
    private final SandboxSource source;

    @Option(names = "--json", description = "Prints JSON instead of a table.")
    private boolean json;

    LanguagesCommand(Streams streams, SandboxSource source) {
        this.streams = streams;
        this.source = source;
    }

    /** A language as {@code languages --json} prints it. */
    record LanguageJson(String code, String name, List<String> aliases, List<String> extensions, boolean available) {}

    @Override
    public Integer call() {
        Set<Language> found;
        try (SandboxSource.Sandboxes sandboxes = source.open()) {
            found = sandboxes.port().languages();
        }
        List<LanguageJson> languages = Arrays.stream(Language.values())
                .map(language -> new LanguageJson(
                        language.code(),
                        language.displayName(),
                        language.aliases(),
                        language.extensions(),
                        found.contains(language)))
                .toList();
        if (json) {
            Json.print(languages, streams.textOut());
        } else {
            print(languages);
        }
        return ExitStatus.OK;
    }

    private void print(List<LanguageJson> languages) {
        Table table = new Table("CODE", "LANGUAGE", "AVAILABLE", "EXTENSIONS", "ALSO CALLED");
        for (LanguageJson language : languages) {
            table.add(
                    language.code(),
                    language.name(),
                    language.available() ? "yes" : "no",
                    String.join(" ", language.extensions()),
                    String.join(" ", language.aliases()));
        }
        table.printTo(streams.textOut());
    }
}

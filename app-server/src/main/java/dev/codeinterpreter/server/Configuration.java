package dev.codeinterpreter.server;

import io.smallrye.config.ConfigValue;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.common.MapBackedConfigSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The settings as texts from their sources, the strongest first: command line, environment, {@code .env}, default. Collects what
 * is wrong while it is read; {@link #requireNoProblems} tells all of it. Names are the same in upper and lower case. An empty
 * value is the same as none. Values are taken literally: a dollar sign in a key stays one.
 *
 * <p>For use by one thread.
 */
final class Configuration {
    private static final String ENV_FILE = ".env";

    private final SmallRyeConfig values;
    private final List<String> problems;

    private Configuration(SmallRyeConfig values, List<String> problems) {
        this.values = values;
        this.problems = problems;
    }

    /**
     * Looks at all sources.
     *
     * @param commandLine by variable name
     * @param directory where {@code .env} may lie
     */
    static Configuration of(Map<String, String> commandLine, Map<String, String> environment, Path directory) {
        DotEnv dotEnv = DotEnv.read(directory.resolve(ENV_FILE));
        SmallRyeConfig values = new SmallRyeConfigBuilder()
                .withSources(
                        new Source("the command line", commandLine, 300),
                        new Source("the environment", environment, 200),
                        new Source(ENV_FILE, dotEnv.values(), 100))
                .build();
        return new Configuration(values, new ArrayList<>(dotEnv.problems()));
    }

    /** The value of a variable that has a default. A value that breaks the rule is noted, and the default given. */
    <T> T get(Variable<T> variable) {
        return find(variable).orElseGet(() -> defaultOf(variable));
    }

    /** The value of a variable; empty when nobody set it, whether it has a default or not. */
    <T> Optional<T> find(Variable<T> variable) {
        ConfigValue found = values.getConfigValue(variable.name());
        String text = found.getValue() == null ? "" : found.getValue().strip();
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<T> value = variable.rule().read(text);
        if (value.isEmpty()) {
            problems.add(variable.name() + " is " + variable.shown(text) + " in " + found.getConfigSourceName()
                    + ", it must be " + variable.rule().words());
        }
        return value;
    }

    /** Adds what is wrong with values that are right each by itself. */
    void note(String problem) {
        problems.add(problem);
    }

    /** @throws SettingsException when anything was wrong up to now */
    void requireNoProblems() {
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
    }

    private static <T> T defaultOf(Variable<T> variable) {
        return variable.fallback()
                .flatMap(variable.rule()::read)
                .orElseThrow(() -> new IllegalStateException(variable.name() + " has no usable default"));
    }

    /** One place where values come from; of two sources the one with the greater ordinal wins. */
    private static final class Source extends MapBackedConfigSource {
        Source(String name, Map<String, String> values, int ordinal) {
            super(name, upperCase(values), ordinal);
        }

        private static Map<String, String> upperCase(Map<String, String> values) {
            Map<String, String> result = new HashMap<>();
            values.forEach((name, value) -> result.put(name.toUpperCase(Locale.ROOT), value));
            return result;
        }
    }
}

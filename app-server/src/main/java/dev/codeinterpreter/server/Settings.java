package dev.codeinterpreter.server;

import dev.codeinterpreter.adapter.http.HttpSettings;
import dev.codeinterpreter.adapter.local.LocalSettings;
import dev.codeinterpreter.adapter.nsjail.NsjailSettings;
import dev.codeinterpreter.core.execution.ExecutionSettings;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.file.FileSettings;
import dev.codeinterpreter.core.state.StateSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * Everything the server can be told, checked.
 *
 * @param sessionLife how long a session lives after its last new file
 * @param sweepPause between two sweeps of ended sessions
 * @param waivedLayers walls of the sandbox without which the server starts all the same
 */
record Settings(
        HttpSettings http,
        AccessSettings access,
        ExecutionSettings execution,
        FileSettings files,
        StateSettings state,
        Duration sessionLife,
        Duration sweepPause,
        NsjailSettings sandbox,
        Set<String> waivedLayers,
        LocalSettings storage,
        LogSettings log) {

    /**
     * The settings of this process.
     *
     * @param commandLine values that win over all others, by variable name
     * @param directory where {@code .env} may lie
     * @param usualFormat of the log, when nobody sets one
     * @throws SettingsException telling everything that is wrong
     */
    static Settings load(
            Map<String, String> commandLine, Map<String, String> environment, Path directory, LogFormat usualFormat) {
        Configuration configuration = Configuration.of(commandLine, environment, directory);
        try {
            Settings settings = new SettingsReader(configuration).settings(usualFormat);
            configuration.requireNoProblems();
            return settings;
        } catch (InvalidRequestException combination) {
            // each variable is right by itself, a settings record refuses them together
            configuration.note(combination.reason());
            configuration.requireNoProblems();
            throw combination;
        }
    }
}

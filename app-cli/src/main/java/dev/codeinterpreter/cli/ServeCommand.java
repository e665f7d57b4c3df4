package dev.codeinterpreter.cli;

import dev.codeinterpreter.server.Main;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code serve}: the server in this process. */
@Command(
        name = "serve",
        description = {
            "Starts the server and runs until it is told to stop (Ctrl-C, TERM).",
            "Settings come from the environment and from .env in the working directory; .env.example lists them."
        },
        mixinStandardHelpOptions = true,
        exitCodeOnExecutionException = ExitStatus.INTERNAL)
final class ServeCommand implements Callable<Integer> {
    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description = "Port to listen on instead of API_PORT.")
    private Optional<String> port = Optional.empty();

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Address to listen on instead of API_HOST.")
    private Optional<String> host = Optional.empty();

    @Override
    public Integer call() {
        Map<String, String> settings = new HashMap<>();
        port.ifPresent(value -> settings.put("API_PORT", value));
        host.ifPresent(value -> settings.put("API_HOST", value));
        return Main.run(settings);
    }
}

package dev.codeinterpreter.server;

import dev.codeinterpreter.core.failure.CodeInterpreterException;
import java.io.Console;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server as a process: reads the settings, starts, waits for the signal to stop, stops in good order. */
public final class Main {
    /** Told to stop, and stopped. */
    private static final int STOPPED = 0;

    private static final int WRONG_SETTINGS = 2;
    private static final int CANNOT_START = 5;

    private Main() {}

    /** Starts the server with the settings of the environment and of {@code .env}. */
    public static void main(String[] arguments) {
        if (arguments.length > 0) {
            System.err.println("The server takes no arguments; settings are environment variables, see .env.example");
            System.exit(WRONG_SETTINGS);
        }
        System.exit(run(Map.of()));
    }

    /**
     * Runs the server in this process until the process is told to stop.
     *
     * @param commandLine settings that win over all others, by variable name
     * @return the exit status: 0 after a stop, 2 for wrong settings, 5 when a part could not be started
     */
    public static int run(Map<String, String> commandLine) {
        Settings settings;
        try {
            settings = Settings.load(commandLine, System.getenv(), Path.of(""), usualFormat());
        } catch (SettingsException wrong) {
            System.err.println(wrong.getMessage());
            return WRONG_SETTINGS;
        }
        Logging.apply(settings.log());
        Logger log = LoggerFactory.getLogger(Main.class);
        settings.access().generatedKey().ifPresent(Main::showKey);
        try (Wiring wiring = Wiring.open(settings)) {
            waitForStop(log, wiring);
            return STOPPED;
        } catch (CodeInterpreterException failure) {
            log.atError().setCause(failure.getCause()).log("The server cannot start: {}", failure.reason());
            return CANNOT_START;
        }
    }

    /** Past the log, which may be kept and read by others. */
    private static void showKey(String key) {
        System.err.println("API_KEY is not set. Until the next start it is: " + key);
    }

    private static LogFormat usualFormat() {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()
                ? LogFormat.TEXT
                : LogFormat.JSON;
    }

    private static void waitForStop(Logger log, Wiring wiring) {
        CountDownLatch stopped = new CountDownLatch(1);
        Thread hook = Thread.ofPlatform().name("stop").unstarted(() -> {
            log.info("Stopping: no new requests, running ones may finish");
            wiring.close();
            log.info("Stopped");
            stopped.countDown();
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            stopped.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.codeinterpreter.server;

import dev.codeinterpreter.core.access.ApiKey;
import java.nio.file.Path;
import java.util.List;

/** Every variable that has an effect, in the order of {@code .env.example}, which is made from this list. */
final class Variables {
    static final Variable<String> API_HOST = Variable.of(
            "API_HOST",
            Rule.text("an address or host name"),
            "0.0.0.0",
            "Address to listen on. 127.0.0.1 for this machine only.");
    static final Variable<Long> API_PORT = Variable.number(
            "API_PORT", 0, 65_535, 8000, "Port to listen on; 0 takes a free one. PORT is read when this is not set.");
    static final Variable<Long> PORT = Variable.number(
            "PORT", 0, 65_535, 8000, "The same, under the name that hosting platforms use. API_PORT wins.");

    static final Variable<String> API_KEY = Variable.secret(
            "API_KEY",
            Rule.textOfAtLeast(ApiKey.MINIMUM_LENGTH),
            "The key that callers present. Not set: a random one per start, printed once.");
    static final Variable<List<String>> API_KEYS = Variable.secret(
            "API_KEYS",
            Rule.listOf(Rule.textOfAtLeast(ApiKey.MINIMUM_LENGTH)),
            "Further keys, with commas between them.");
    static final Variable<Boolean> AUTH_ENABLED = Variable.of(
            "AUTH_ENABLED",
            Rule.trueOrFalse(),
            "true",
            "false lets everybody in. Only behind another access control, or on a machine of your own.");

    static final Variable<Long> MAX_EXECUTION_TIME = Variable.number(
            "MAX_EXECUTION_TIME",
            1,
            300,
            120,
            "Seconds a program may run: the default, and the most a request may ask for.");
    static final Variable<Long> MAX_MEMORY_MB =
            Variable.number("MAX_MEMORY_MB", 64, 4096, 512, "Memory of a run, its files included, in MiB.");
    static final Variable<Long> MAX_PROCESSES =
            Variable.number("MAX_PROCESSES", 1, 4096, 128, "Processes and threads of a run at the same time.");
    static final Variable<Long> MAX_OUTPUT_BYTES = Variable.number(
            "MAX_OUTPUT_BYTES",
            1024,
            64 << 20,
            1 << 20,
            "How much of stdout, and as much of stderr, an answer keeps. What is dropped is counted.");
    static final Variable<Long> MAX_CONCURRENT_EXECUTIONS =
            Variable.number("MAX_CONCURRENT_EXECUTIONS", 1, 1024, 16, "Runs at the same time; further ones wait.");
    static final Variable<Long> EXECUTION_QUEUE_SIZE = Variable.number(
            "EXECUTION_QUEUE_SIZE", 0, 65_536, 256, "Runs that may wait; further ones are refused with 429.");
    static final Variable<Long> MAX_REQUEST_BODY_MB = Variable.number(
            "MAX_REQUEST_BODY_MB", 1, 1024, 50, "Size of a JSON request in MiB. Uploads have limits of their own.");

    static final Variable<Long> MAX_FILE_SIZE_MB =
            Variable.number("MAX_FILE_SIZE_MB", 1, 500, 100, "Size of one file, sent or made by a program, in MiB.");
    static final Variable<Long> MAX_FILES_PER_SESSION =
            Variable.number("MAX_FILES_PER_SESSION", 1, 1000, 300, "Files of one session, and of one upload.");
    static final Variable<Long> MAX_OUTPUT_FILES = Variable.number(
            "MAX_OUTPUT_FILES", 1, 50, 10, "Files that a run may give back; the answer names what was left out.");
    static final Variable<Long> SESSION_TTL_HOURS =
            Variable.number("SESSION_TTL_HOURS", 1, 168, 24, "Life of a session and its files, in hours.");
    static final Variable<Long> SESSION_CLEANUP_INTERVAL_MINUTES = Variable.number(
            "SESSION_CLEANUP_INTERVAL_MINUTES", 1, 1440, 60, "How often ended sessions are removed, in minutes.");
    static final Variable<Path> DATA_DIR = Variable.of(
            "DATA_DIR",
            Rule.path(),
            "/var/lib/code-interpreter/data",
            "Directory of the embedded storage: sessions and files. One server per directory.");

    static final Variable<Boolean> STATE_PERSISTENCE_ENABLED = Variable.of(
            "STATE_PERSISTENCE_ENABLED",
            Rule.trueOrFalse(),
            "true",
            "Whether the variables of a Python program are there for the next one of its session.");
    static final Variable<Long> STATE_TTL_SECONDS = Variable.number(
            "STATE_TTL_SECONDS", 60, 86_400, 7200, "How long variables are kept after they were stored, in seconds.");
    static final Variable<Boolean> STATE_CAPTURE_ON_ERROR = Variable.of(
            "STATE_CAPTURE_ON_ERROR",
            Rule.trueOrFalse(),
            "false",
            "true keeps also the variables of a program that failed; false then keeps those of the run before.");
    static final Variable<Long> STATE_MAX_REDIS_SIZE_MB = Variable.number(
            "STATE_MAX_REDIS_SIZE_MB",
            1,
            500,
            100,
            "Packed variables of a session above this size, in MiB, lie with the files.");
    static final Variable<Long> MAX_STATE_SIZE_MB = Variable.number(
            "MAX_STATE_SIZE_MB",
            1,
            1024,
            100,
            "Variables of a session in MiB, unpacked. Above it they are not kept, and the answer says so.");

    static final Variable<String> NSJAIL_BINARY = Variable.of(
            "NSJAIL_BINARY",
            Rule.text("a path or a name"),
            "/opt/code-interpreter/bin/nsjail",
            "nsjail itself. A name is looked for on PATH; docker/setup.sh installs it at the default.");
    static final Variable<Path> SANDBOX_BASE_DIR = Variable.of(
            "SANDBOX_BASE_DIR",
            Rule.path(),
            "/var/lib/code-interpreter/sandboxes",
            "Directory of the running sandboxes, for sockets only. Leftovers of dead servers are removed at start.");
    static final Variable<Long> SANDBOX_UID = Variable.number(
            "SANDBOX_UID",
            1,
            65_533,
            1001,
            "User and group id that programs see as their own. On the host each run has another one.");
    static final Variable<Long> SANDBOX_TMPFS_SIZE_MB = Variable.number(
            "SANDBOX_TMPFS_SIZE_MB", 10, 1024, 100, "Size of a run's /tmp in MiB. Counts as its memory.");
    static final Variable<Long> SANDBOX_DISK_MB = Variable.number(
            "SANDBOX_DISK_MB", 10, 4096, 512, "Size of a run's working directory in MiB. Counts as its memory.");

    static final Variable<List<String>> SANDBOX_WAIVED_LAYERS = Variable.optional(
            "SANDBOX_WAIVED_LAYERS",
            Rule.listOf(Rule.text("the name of a layer")),
            "Walls of the sandbox, by the names that doctor shows, without which the server starts all the same. Comma-separated.");

    static final Variable<Boolean> SANDBOX_POOL_ENABLED = Variable.of(
            "SANDBOX_POOL_ENABLED",
            Rule.trueOrFalse(),
            "true",
            "Whether runs are parked ahead of their programs. If not, each program starts an nsjail of its own.");
    static final Variable<Long> SANDBOX_POOL_PY =
            Variable.number("SANDBOX_POOL_PY", 0, 50, 2, "Pythons that wait, of each kind.");
    static final Variable<Long> SANDBOX_POOL_OTHERS =
            Variable.number("SANDBOX_POOL_OTHERS", 0, 50, 4, "Empty runs that wait, for all other languages.");
    static final Variable<Boolean> SANDBOX_POOL_WARMUP_ON_STARTUP = Variable.of(
            "SANDBOX_POOL_WARMUP_ON_STARTUP",
            Rule.trueOrFalse(),
            "true",
            "Whether pools are filled at start. If not, each one is when the first program of its kind comes.");
    static final Variable<Long> SANDBOX_POOL_PARALLEL_BATCH = Variable.number(
            "SANDBOX_POOL_PARALLEL_BATCH", 1, 10, 5, "Runs that are made at the same time in one pool.");
    static final Variable<Long> SANDBOX_POOL_REPLENISH_INTERVAL = Variable.number(
            "SANDBOX_POOL_REPLENISH_INTERVAL", 1, 30, 2, "Time between two checks of a pool, in seconds.");
    static final Variable<Boolean> SANDBOX_POOL_EXHAUSTION_TRIGGER = Variable.of(
            "SANDBOX_POOL_EXHAUSTION_TRIGGER",
            Rule.trueOrFalse(),
            "true",
            "Whether a run that was taken is replaced at once. If not, at the next check.");
    static final Variable<Boolean> REPL_ENABLED = Variable.of(
            "REPL_ENABLED",
            Rule.trueOrFalse(),
            "true",
            "Whether Pythons wait that have imported their libraries. If not, Python starts anew for each program.");
    static final Variable<Long> REPL_WARMUP_TIMEOUT_SECONDS = Variable.number(
            "REPL_WARMUP_TIMEOUT_SECONDS",
            5,
            60,
            15,
            "How long a Python may take to import its libraries before it is started again, in seconds.");

    static final Variable<LogLevel> LOG_LEVEL = Variable.of(
            "LOG_LEVEL", Rule.oneOf(LogLevel.class), "INFO", "The least important messages that are logged.");
    static final Variable<LogFormat> LOG_FORMAT = Variable.optional(
            "LOG_FORMAT",
            Rule.oneOf(LogFormat.class),
            "What a line looks like. Not set: text on a terminal, json elsewhere.");

    /** A part of the list with one subject. */
    record Group(String title, List<Variable<?>> variables) {}

    static final List<Group> GROUPS = List.of(
            new Group("Address", List.of(API_HOST, API_PORT, PORT)),
            new Group("Access", List.of(API_KEY, API_KEYS, AUTH_ENABLED)),
            new Group(
                    "Runs",
                    List.of(
                            MAX_EXECUTION_TIME,
                            MAX_MEMORY_MB,
                            MAX_PROCESSES,
                            MAX_OUTPUT_BYTES,
                            MAX_CONCURRENT_EXECUTIONS,
                            EXECUTION_QUEUE_SIZE,
                            MAX_REQUEST_BODY_MB)),
            new Group(
                    "Files and sessions",
                    List.of(
                            MAX_FILE_SIZE_MB,
                            MAX_FILES_PER_SESSION,
                            MAX_OUTPUT_FILES,
                            SESSION_TTL_HOURS,
                            SESSION_CLEANUP_INTERVAL_MINUTES,
                            DATA_DIR)),
            new Group(
                    "Variables of Python",
                    List.of(
                            STATE_PERSISTENCE_ENABLED,
                            STATE_TTL_SECONDS,
                            STATE_CAPTURE_ON_ERROR,
                            STATE_MAX_REDIS_SIZE_MB,
                            MAX_STATE_SIZE_MB)),
            new Group(
                    "Sandbox",
                    List.of(
                            NSJAIL_BINARY,
                            SANDBOX_BASE_DIR,
                            SANDBOX_UID,
                            SANDBOX_TMPFS_SIZE_MB,
                            SANDBOX_DISK_MB,
                            SANDBOX_WAIVED_LAYERS)),
            new Group(
                    "Runs parked ahead",
                    List.of(
                            SANDBOX_POOL_ENABLED,
                            SANDBOX_POOL_PY,
                            SANDBOX_POOL_OTHERS,
                            SANDBOX_POOL_WARMUP_ON_STARTUP,
                            SANDBOX_POOL_PARALLEL_BATCH,
                            SANDBOX_POOL_REPLENISH_INTERVAL,
                            SANDBOX_POOL_EXHAUSTION_TRIGGER,
                            REPL_ENABLED,
                            REPL_WARMUP_TIMEOUT_SECONDS)),
            new Group("Logs", List.of(LOG_LEVEL, LOG_FORMAT)));

    private Variables() {}
}

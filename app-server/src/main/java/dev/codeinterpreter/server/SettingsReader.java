package dev.codeinterpreter.server;

import dev.codeinterpreter.adapter.http.HttpSettings;
import dev.codeinterpreter.adapter.local.LocalSettings;
import dev.codeinterpreter.adapter.nsjail.NsjailSettings;
import dev.codeinterpreter.adapter.nsjail.PoolSettings;
import dev.codeinterpreter.core.execution.ExecutionSettings;
import dev.codeinterpreter.core.file.FileSettings;
import dev.codeinterpreter.core.sandbox.Limits;
import dev.codeinterpreter.core.state.StateSettings;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Turns variables into the records that the parts of the server take. The only place that knows which goes where. */
final class SettingsReader {
    private static final long MIB = 1L << 20;
    /** The parts of a multipart body that are not file content. */
    private static final long MULTIPART_OVERHEAD = MIB;

    private final Configuration configuration;

    SettingsReader(Configuration configuration) {
        this.configuration = configuration;
    }

    Settings settings(LogFormat usualFormat) {
        FileSettings files = files();
        ExecutionSettings execution = execution(files);
        return new Settings(
                http(files),
                access(),
                execution,
                files,
                state(),
                Duration.ofHours(configuration.get(Variables.SESSION_TTL_HOURS)),
                Duration.ofMinutes(configuration.get(Variables.SESSION_CLEANUP_INTERVAL_MINUTES)),
                sandbox(execution.limits()),
                Set.copyOf(configuration.find(Variables.SANDBOX_WAIVED_LAYERS).orElse(List.of())),
                LocalSettings.in(configuration.get(Variables.DATA_DIR)),
                new LogSettings(
                        configuration.get(Variables.LOG_LEVEL),
                        configuration.find(Variables.LOG_FORMAT).orElse(usualFormat)));
    }

    private HttpSettings http(FileSettings files) {
        long port = configuration.find(Variables.API_PORT).orElseGet(() -> configuration.get(Variables.PORT));
        return HttpSettings.DEFAULT
                .withHost(configuration.get(Variables.API_HOST))
                .withPort(Math.toIntExact(port))
                .withSizes(HttpSettings.Sizes.DEFAULT
                        .withBodyBytes(mebibytes(Variables.MAX_REQUEST_BODY_MB))
                        .withUploadFiles(files.maximumFilesPerSession())
                        .withUploadBytes(Math.max(
                                HttpSettings.Sizes.DEFAULT.uploadBytes(),
                                files.maximumFileBytes() + MULTIPART_OVERHEAD)));
    }

    private AccessSettings access() {
        return AccessSettings.of(
                configuration.get(Variables.AUTH_ENABLED),
                configuration.find(Variables.API_KEY),
                configuration.find(Variables.API_KEYS).orElse(List.of()));
    }

    private ExecutionSettings execution(FileSettings files) {
        Limits usual = Limits.DEFAULT;
        Limits limits = new Limits(
                usual.wallTime(),
                usual.compileTime(),
                mebibytes(Variables.MAX_MEMORY_MB),
                number(Variables.MAX_PROCESSES),
                usual.cpus(),
                mebibytes(Variables.SANDBOX_DISK_MB),
                mebibytes(Variables.SANDBOX_TMPFS_SIZE_MB),
                usual.inodes(),
                files.maximumFileBytes(),
                usual.outputBytes());
        return ExecutionSettings.DEFAULT
                .withLimits(limits)
                .withMaximumWallTime(Duration.ofSeconds(configuration.get(Variables.MAX_EXECUTION_TIME)))
                .withCapturedBytes(number(Variables.MAX_OUTPUT_BYTES))
                .withConcurrentExecutions(number(Variables.MAX_CONCURRENT_EXECUTIONS))
                .withQueuedExecutions(number(Variables.EXECUTION_QUEUE_SIZE));
    }

    private FileSettings files() {
        return new FileSettings(
                mebibytes(Variables.MAX_FILE_SIZE_MB),
                number(Variables.MAX_FILES_PER_SESSION),
                number(Variables.MAX_OUTPUT_FILES));
    }

    private StateSettings state() {
        return StateSettings.DEFAULT
                .withEnabled(configuration.get(Variables.STATE_PERSISTENCE_ENABLED))
                .withTimeToLive(Duration.ofSeconds(configuration.get(Variables.STATE_TTL_SECONDS)))
                .withAfterFailure(configuration.get(Variables.STATE_CAPTURE_ON_ERROR))
                .withMaximumHotBytes(mebibytes(Variables.STATE_MAX_REDIS_SIZE_MB))
                .withMaximumBytes(mebibytes(Variables.MAX_STATE_SIZE_MB));
    }

    private NsjailSettings sandbox(Limits limits) {
        return NsjailSettings.defaults()
                .withNsjail(configuration.get(Variables.NSJAIL_BINARY))
                .withBaseDirectory(configuration.get(Variables.SANDBOX_BASE_DIR))
                .withUid(number(Variables.SANDBOX_UID))
                .withLimits(limits)
                .withPool(pool());
    }

    private PoolSettings pool() {
        PoolSettings usual = PoolSettings.DEFAULT;
        if (!configuration.get(Variables.SANDBOX_POOL_ENABLED)) {
            return PoolSettings.DISABLED;
        }
        return usual.withPython(configuration.get(Variables.REPL_ENABLED))
                .withRuns(number(Variables.SANDBOX_POOL_PY), number(Variables.SANDBOX_POOL_OTHERS))
                .withRefill(new PoolSettings.Refill(
                        configuration.get(Variables.SANDBOX_POOL_WARMUP_ON_STARTUP),
                        configuration.get(Variables.SANDBOX_POOL_EXHAUSTION_TRIGGER),
                        Duration.ofSeconds(configuration.get(Variables.SANDBOX_POOL_REPLENISH_INTERVAL)),
                        number(Variables.SANDBOX_POOL_PARALLEL_BATCH),
                        Duration.ofSeconds(configuration.get(Variables.REPL_WARMUP_TIMEOUT_SECONDS))));
    }

    private int number(Variable<Long> variable) {
        return Math.toIntExact(configuration.get(variable));
    }

    private long mebibytes(Variable<Long> variable) {
        return configuration.get(variable) * MIB;
    }
}

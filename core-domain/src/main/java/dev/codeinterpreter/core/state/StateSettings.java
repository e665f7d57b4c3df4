package dev.codeinterpreter.core.state;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.time.Duration;

/**
 * How the memory of sessions is kept.
 *
 * @param enabled whether it is kept at all
 * @param timeToLive how long, after it was stored; at least one second
 * @param afterFailure whether what a program leaves that fails is kept, too
 * @param maximumBytes of one session, before compression; 1 to 1 GiB
 * @param maximumHotBytes of one session, compressed, in the store for memory; what is larger goes to the file store; 0 or more
 * @param patience how long an execution waits for another one of its session; not negative
 */
public record StateSettings(
        boolean enabled,
        Duration timeToLive,
        boolean afterFailure,
        long maximumBytes,
        long maximumHotBytes,
        Duration patience) {

    private static final long MIB = 1L << 20;

    /** Two hours, after success only, 100 MiB of each session, waiting for up to 30 s. */
    public static final StateSettings DEFAULT =
            new StateSettings(true, Duration.ofHours(2), false, 100 * MIB, 100 * MIB, Duration.ofSeconds(30));

    /** @throws InvalidRequestException naming the first setting that is out of its range */
    public StateSettings {
        require("timeToLive", timeToLive.toSeconds() >= 1, timeToLive, "at least 1 s");
        require("maximumBytes", maximumBytes >= 1 && maximumBytes <= 1024 * MIB, maximumBytes, "1 to 1 GiB");
        require("maximumHotBytes", maximumHotBytes >= 0, maximumHotBytes, "0 or more");
        require("patience", !patience.isNegative(), patience, "0 or more");
    }

    public StateSettings withEnabled(boolean value) {
        return new StateSettings(value, timeToLive, afterFailure, maximumBytes, maximumHotBytes, patience);
    }

    public StateSettings withTimeToLive(Duration value) {
        return new StateSettings(enabled, value, afterFailure, maximumBytes, maximumHotBytes, patience);
    }

    public StateSettings withAfterFailure(boolean value) {
        return new StateSettings(enabled, timeToLive, value, maximumBytes, maximumHotBytes, patience);
    }

    public StateSettings withMaximumBytes(long value) {
        return new StateSettings(enabled, timeToLive, afterFailure, value, maximumHotBytes, patience);
    }

    public StateSettings withMaximumHotBytes(long value) {
        return new StateSettings(enabled, timeToLive, afterFailure, maximumBytes, value, patience);
    }

    public StateSettings withPatience(Duration value) {
        return new StateSettings(enabled, timeToLive, afterFailure, maximumBytes, maximumHotBytes, value);
    }

    private static void require(String name, boolean holds, Object value, String rule) {
        if (!holds) {
            throw new InvalidRequestException(name, "out_of_range", name + " must be " + rule + ", it is " + value);
        }
    }
}

package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.sandbox.Limits;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How sandboxes are made.
 *
 * @param nsjail the program, as a path or as a name to be found on the {@code PATH}
 * @param baseDirectory where sockets of running sandboxes lie; made if missing, must be reachable by every user; nothing of a
 *     program's data is written there
 * @param home where {@code docker/setup.sh} installed the toolchains
 * @param uid user and group id that programs see as their own; 1 to 65533
 * @param firstHostUid the first of {@value #HOST_UIDS} user ids of the host that belong to sandboxes alone; at least 65536
 * @param startTimeout how long a sandbox may take to be ready; at least one second
 * @param limits what a run may use when nothing else is said; runs with these file systems can be parked ahead
 * @param pool how many are parked ahead
 * @param compiledBytes how many bytes of compiled programs are kept on disk, so that the same source is not compiled again; 0 or more
 */
public record NsjailSettings(
        String nsjail,
        Path baseDirectory,
        Path home,
        int uid,
        int firstHostUid,
        Duration startTimeout,
        Limits limits,
        PoolSettings pool,
        long compiledBytes) {

    private static final long COMPILED_BYTES = 512L << 20;

    /** How many user ids of the host are used. */
    public static final int HOST_UIDS = 60_000;

    /** @throws InvalidRequestException naming the first member that is out of its range */
    public NsjailSettings {
        require("uid", uid >= 1 && uid <= 65_533, uid, "1 to 65533");
        require("firstHostUid", firstHostUid >= 65_536, firstHostUid, "at least 65536");
        require("compiledBytes", compiledBytes >= 0, compiledBytes, "0 or more");
        require("startTimeout", startTimeout.toMillis() >= 1000, startTimeout, "at least one second");
    }

    /** With the usual room for compiled programs. */
    public NsjailSettings(
            String nsjail,
            Path baseDirectory,
            Path home,
            int uid,
            int firstHostUid,
            Duration startTimeout,
            Limits limits,
            PoolSettings pool) {
        this(nsjail, baseDirectory, home, uid, firstHostUid, startTimeout, limits, pool, COMPILED_BYTES);
    }

    /** What {@code docker/setup.sh} leads to. */
    public static NsjailSettings defaults() {
        Path home = Path.of("/opt/code-interpreter");
        return new NsjailSettings(
                home.resolve("bin/nsjail").toString(),
                Path.of("/var/lib/code-interpreter/sandboxes"),
                home,
                1001,
                100_000,
                Duration.ofSeconds(15),
                Limits.DEFAULT,
                PoolSettings.DEFAULT,
                COMPILED_BYTES);
    }

    public NsjailSettings withBaseDirectory(Path value) {
        return new NsjailSettings(nsjail, value, home, uid, firstHostUid, startTimeout, limits, pool, compiledBytes);
    }

    public NsjailSettings withNsjail(String value) {
        return new NsjailSettings(
                value, baseDirectory, home, uid, firstHostUid, startTimeout, limits, pool, compiledBytes);
    }

    public NsjailSettings withUid(int value) {
        return new NsjailSettings(
                nsjail, baseDirectory, home, value, firstHostUid, startTimeout, limits, pool, compiledBytes);
    }

    public NsjailSettings withLimits(Limits value) {
        return new NsjailSettings(
                nsjail, baseDirectory, home, uid, firstHostUid, startTimeout, value, pool, compiledBytes);
    }

    public NsjailSettings withPool(PoolSettings value) {
        return new NsjailSettings(
                nsjail, baseDirectory, home, uid, firstHostUid, startTimeout, limits, value, compiledBytes);
    }

    /** The same with other room for compiled programs; 0 keeps none. */
    public NsjailSettings withCompiledBytes(long value) {
        return new NsjailSettings(nsjail, baseDirectory, home, uid, firstHostUid, startTimeout, limits, pool, value);
    }

    private static void require(String name, boolean holds, Object value, String rule) {
        if (!holds) {
            throw new InvalidRequestException(name, "out_of_range", name + " must be " + rule + ", it is " + value);
        }
    }
}

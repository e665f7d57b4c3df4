package dev.codeinterpreter.core.sandbox;

/**
 * What every {@link SandboxPort} does, shown by real programs in real sandboxes on Linux: how they run, what they may use, what
 * they must not reach, how files get in and out, and how they are ended.
 */
public interface SandboxPortContract
        extends SandboxRunContract,
                SandboxLimitsContract,
                SandboxIsolationContract,
                SandboxFilesContract,
                SandboxLifeContract {

    /** The port under test; may be the same for all tests. */
    @Override
    SandboxPort port();
}

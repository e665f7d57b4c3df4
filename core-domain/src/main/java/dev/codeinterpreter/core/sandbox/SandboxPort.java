package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.language.Language;
import java.util.List;
import java.util.Set;

/**
 * Gives isolated places to run a program in. Whatever untrusted code does in one, it neither reaches the host nor another
 * sandbox, and nothing of it is left after the close. Implementations are safe for use by many threads.
 */
public interface SandboxPort {

    /**
     * A fresh sandbox that nobody used before. The caller closes it.
     *
     * @throws UnavailableException when the language's toolchain or the isolation itself is missing on this machine
     * @throws SandboxLostException when it could not be started
     */
    Sandbox open(SandboxSpec spec);

    /** The languages whose toolchains were found. */
    Set<Language> languages();

    /** Probes each layer of the isolation for real, with a sandbox of its own. Takes up to some seconds. */
    List<IsolationLayer> inspect();
}

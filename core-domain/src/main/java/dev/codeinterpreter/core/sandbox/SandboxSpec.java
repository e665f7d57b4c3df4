package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.language.Language;

/**
 * What a sandbox shall be like.
 *
 * @param source the text that will be run in it, so that one can be chosen that has loaded what the text needs; empty when it is
 *     not known yet. Never more than a hint: a sandbox runs whatever it is given
 */
public record SandboxSpec(Language language, Limits limits, NetworkPolicy network, String source) {

    /** A sandbox for a program that is not known yet. */
    public SandboxSpec(Language language, Limits limits, NetworkPolicy network) {
        this(language, limits, network, "");
    }
}

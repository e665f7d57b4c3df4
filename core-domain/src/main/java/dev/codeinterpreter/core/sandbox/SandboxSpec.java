package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.language.Language;

/**
 * What a sandbox shall be like.
 *
 * @param source the text that will be run in it, so that one can be chosen that has loaded what the text needs; empty when it is
 *     not known yet. Never more than a hint: a sandbox runs whatever it is given
 * @param scope whose sandbox it is: what was made of a text in one sandbox, such as a compiled program, may be used again in others
 *     of the same scope only; empty: in no other
 */
public record SandboxSpec(Language language, Limits limits, NetworkPolicy network, String source, String scope) {

    /** A sandbox for a program that is not known yet. */
    public SandboxSpec(Language language, Limits limits, NetworkPolicy network) {
        this(language, limits, network, "");
    }

    /** A sandbox that shares nothing. */
    public SandboxSpec(Language language, Limits limits, NetworkPolicy network, String source) {
        this(language, limits, network, source, "");
    }
}

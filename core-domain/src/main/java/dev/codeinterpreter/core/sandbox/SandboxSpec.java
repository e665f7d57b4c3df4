package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.language.Language;

/** What a sandbox shall be like. Immutable, so that a pool can use it as its key. */
public record SandboxSpec(Language language, Limits limits, NetworkPolicy network) {}

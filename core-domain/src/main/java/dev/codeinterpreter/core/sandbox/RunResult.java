package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.execution.Outcome;
import dev.codeinterpreter.core.execution.Phase;
import dev.codeinterpreter.core.execution.Usage;

/**
 * How a run ended.
 *
 * @param phase in which phase it ended; {@code COMPILE} means that the program itself never ran
 */
public record RunResult(Outcome outcome, Phase phase, Usage usage) {}

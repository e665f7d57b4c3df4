/** Interpreter memory kept between executions. */
@NullMarked
package dev.codeinterpreter.core.state;

import org.jspecify.annotations.NullMarked;

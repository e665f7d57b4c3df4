/** A clock for tests. */
@NullMarked
package dev.codeinterpreter.core.clock;

import org.jspecify.annotations.NullMarked;

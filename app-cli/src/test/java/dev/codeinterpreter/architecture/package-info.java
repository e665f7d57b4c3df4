/** The rules of the house that no compiler checks. */
@NullMarked
package dev.codeinterpreter.architecture;

import org.jspecify.annotations.NullMarked;

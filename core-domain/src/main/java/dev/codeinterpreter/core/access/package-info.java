/** Who may call, and in whose name. */
@NullMarked
package dev.codeinterpreter.core.access;

import org.jspecify.annotations.NullMarked;

/** The isolated place where a program runs, as the core sees it. */
@NullMarked
package dev.codeinterpreter.core.sandbox;

import org.jspecify.annotations.NullMarked;

/** The languages a program can be written in. */
@NullMarked
package dev.codeinterpreter.core.language;

import org.jspecify.annotations.NullMarked;

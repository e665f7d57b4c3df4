/** Programs that the documentation shows, kept compiling and right. */
@NullMarked
package dev.codeinterpreter.example;

import org.jspecify.annotations.NullMarked;

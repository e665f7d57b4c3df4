@NullMarked
package dev.codeinterpreter.cli;

import org.jspecify.annotations.NullMarked;

/** One run of code: request, result, the driving port and the service behind it. */
@NullMarked
package dev.codeinterpreter.core.execution;

import org.jspecify.annotations.NullMarked;

/** Programs of ours that run inside a sandbox, next to the user's code. */
@NullMarked
package dev.codeinterpreter.adapter.nsjail.runtime;

import org.jspecify.annotations.NullMarked;

/** Sandboxes made with nsjail. */
@NullMarked
package dev.codeinterpreter.adapter.nsjail;

import org.jspecify.annotations.NullMarked;

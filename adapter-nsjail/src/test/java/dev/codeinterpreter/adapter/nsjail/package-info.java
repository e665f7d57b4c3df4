/** Tests of sandboxes made with nsjail, most of them with real ones. */
@NullMarked
package dev.codeinterpreter.adapter.nsjail;

import org.jspecify.annotations.NullMarked;

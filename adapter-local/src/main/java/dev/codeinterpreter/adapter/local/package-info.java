/** Storage in one directory of this machine, for one process at a time. */
@NullMarked
package dev.codeinterpreter.adapter.local;

import org.jspecify.annotations.NullMarked;

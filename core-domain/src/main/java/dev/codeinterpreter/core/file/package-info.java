/** Files that go into an execution and artifacts that come out of it. */
@NullMarked
package dev.codeinterpreter.core.file;

import org.jspecify.annotations.NullMarked;

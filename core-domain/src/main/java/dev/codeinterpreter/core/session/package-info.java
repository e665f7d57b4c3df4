/** What executions share: files and state, an owner and an end. */
@NullMarked
package dev.codeinterpreter.core.session;

import org.jspecify.annotations.NullMarked;

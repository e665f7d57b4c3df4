/** The server as a process: settings, wiring, start and stop. The only place of the server that knows which adapters exist. */
@NullMarked
package dev.codeinterpreter.server;

import org.jspecify.annotations.NullMarked;

/** The command line: runs code on this machine without a server, and starts the server. */
@NullMarked
package dev.codeinterpreter.cli;

import org.jspecify.annotations.NullMarked;

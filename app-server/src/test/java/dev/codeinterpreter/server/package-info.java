@NullMarked
package dev.codeinterpreter.server;

import org.jspecify.annotations.NullMarked;

/** The driving adapter for HTTP: what LibreChat and other clients call. */
@NullMarked
package dev.codeinterpreter.adapter.http;

import org.jspecify.annotations.NullMarked;

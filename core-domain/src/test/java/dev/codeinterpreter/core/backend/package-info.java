/** What every port does when the server behind it fails, and a way to make it fail. */
@NullMarked
package dev.codeinterpreter.core.backend;

import org.jspecify.annotations.NullMarked;

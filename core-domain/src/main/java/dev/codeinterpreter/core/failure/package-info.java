/** The closed family of everything that can go wrong, apart from failing user code, which is a result. */
@NullMarked
package dev.codeinterpreter.core.failure;

import org.jspecify.annotations.NullMarked;

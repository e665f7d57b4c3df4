/** Tests of the packaged product: real processes, real sandboxes, real HTTP. */
@NullMarked
package dev.codeinterpreter.product;

import org.jspecify.annotations.NullMarked;

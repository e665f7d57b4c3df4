/** Attacks from inside real sandboxes. Each claim of {@code docs/security.md} names the tests here that prove it. */
@NullMarked
package dev.codeinterpreter.adapter.nsjail.attack;

import org.jspecify.annotations.NullMarked;

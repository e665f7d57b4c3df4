/** Random identifiers and the rule for identifiers that come from outside. */
@NullMarked
package dev.codeinterpreter.core.id;

import org.jspecify.annotations.NullMarked;

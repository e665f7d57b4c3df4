/** Sessions and interpreter states in Redis, for any number of processes at a time. */
@NullMarked
package dev.codeinterpreter.adapter.redis;

import org.jspecify.annotations.NullMarked;

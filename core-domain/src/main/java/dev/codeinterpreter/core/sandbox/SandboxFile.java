package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.file.FileName;

/**
 * A regular file below the working directory after a run.
 *
 * @param size in bytes at the time of the listing
 * @param untouched certain to be the very file that was put there, unchanged; false means it has to be compared
 */
public record SandboxFile(FileName name, long size, boolean untouched) {}

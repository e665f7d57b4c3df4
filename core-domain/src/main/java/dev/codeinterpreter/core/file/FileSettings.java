package dev.codeinterpreter.core.file;

import dev.codeinterpreter.core.failure.InvalidRequestException;

/**
 * How much of files is accepted.
 *
 * @param maximumFileBytes size of one file, be it uploaded or left by a program; at least 1
 * @param maximumFilesPerSession files a session holds, superseded versions included; at least 1
 * @param maximumArtifacts new and changed files that one execution gives back; 0 or more
 */
public record FileSettings(long maximumFileBytes, int maximumFilesPerSession, int maximumArtifacts) {

    /** 100 MiB, 300 files, 10 artifacts. */
    public static final FileSettings DEFAULT = new FileSettings(100L << 20, 300, 10);

    /** @throws InvalidRequestException naming the first setting that is out of its range */
    public FileSettings {
        require("maximumFileBytes", maximumFileBytes, 1);
        require("maximumFilesPerSession", maximumFilesPerSession, 1);
        require("maximumArtifacts", maximumArtifacts, 0);
    }

    public FileSettings withMaximumFileBytes(long value) {
        return new FileSettings(value, maximumFilesPerSession, maximumArtifacts);
    }

    public FileSettings withMaximumFilesPerSession(int value) {
        return new FileSettings(maximumFileBytes, value, maximumArtifacts);
    }

    public FileSettings withMaximumArtifacts(int value) {
        return new FileSettings(maximumFileBytes, maximumFilesPerSession, value);
    }

    private static void require(String name, long value, long minimum) {
        if (value < minimum) {
            throw new InvalidRequestException(
                    name, "out_of_range", name + " must be at least " + minimum + ", it is " + value);
        }
    }
}

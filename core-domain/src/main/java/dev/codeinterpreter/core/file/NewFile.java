package dev.codeinterpreter.core.file;

/**
 * What a client says about a file it uploads.
 *
 * @param readOnly whether programs may see, but not change it
 */
public record NewFile(FileName name, FileScope scope, boolean readOnly) {

    /** A file that programs may change and of which nothing else is known. */
    public static NewFile named(FileName name) {
        return new NewFile(name, FileScope.NONE, false);
    }
}

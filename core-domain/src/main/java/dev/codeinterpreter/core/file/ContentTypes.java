package dev.codeinterpreter.core.file;

/** Tells the media type of a file. Implementations are safe for use by many threads. */
public interface ContentTypes {

    /** What is said of a file of which nothing is known. */
    String UNKNOWN = "application/octet-stream";

    /** The media type that fits {@code name}; {@link #UNKNOWN} when nothing better is known. */
    String of(FileName name);
}

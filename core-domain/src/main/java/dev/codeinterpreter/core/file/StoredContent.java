package dev.codeinterpreter.core.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/**
 * A stored file that is open for reading. Whoever opened it closes it, more than once if it likes.
 *
 * @param content gives the bytes as they were when the file was opened, even if it is deleted meanwhile
 */
public record StoredContent(StoredFile file, InputStream content) implements Closeable {

    @Override
    public void close() throws IOException {
        content.close();
    }
}

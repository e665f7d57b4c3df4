package dev.codeinterpreter.adapter.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.codeinterpreter.core.file.StoredFile;

/**
 * A file that was stored.
 *
 * @param filename exactly as it was sent; clients find their files by it
 */
record UploadedFile(String filename, @JsonProperty("fileId") String fileId, long size) {
    static UploadedFile of(StoredFile stored) {
        return new UploadedFile(stored.name().value(), stored.id().value(), stored.size());
    }
}

package dev.codeinterpreter.adapter.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.codeinterpreter.core.file.StoredFile;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A stored file as lists and single answers show it. Times are those of storing; reading does not renew them. */
sealed interface FileItem {

    /** The form that the query parameter {@code detail} asks for; the full one when it is absent or unknown. */
    static FileItem of(@Nullable String detail, StoredFile file) {
        return switch (detail) {
            case "summary" -> Summary.of(file);
            case "simple" -> Simple.of(file);
            case "normalized" -> Normalized.of(file);
            case null, default -> Full.of(file);
        };
    }

    /** For {@code detail=summary}: is it still there, and how old is it. */
    record Summary(
            String name,
            String id,
            @JsonProperty("fileId") String fileId,
            @JsonProperty("lastModified") String lastModified,
            long size,
            String etag)
            implements FileItem {
        private static Summary of(StoredFile file) {
            return new Summary(
                    location(file),
                    file.id().value(),
                    file.id().value(),
                    Json.time(file.createdAt()),
                    file.size(),
                    entityTag(file));
        }
    }

    /** For {@code detail=full}: what clients make references from. */
    record Full(
            String name,
            String id,
            @JsonProperty("fileId") String fileId,
            String storageSessionId,
            String sessionId,
            @JsonInclude Optional<String> content,
            long size,
            @JsonProperty("lastModified") String lastModified,
            String etag,
            OriginalName metadata,
            @JsonProperty("contentType") String contentType)
            implements FileItem {
        private static Full of(StoredFile file) {
            return new Full(
                    location(file),
                    file.id().value(),
                    file.id().value(),
                    file.session().value(),
                    file.session().value(),
                    Optional.empty(),
                    file.size(),
                    Json.time(file.createdAt()),
                    entityTag(file),
                    new OriginalName(file.contentType(), file.name().value(), "none"),
                    file.contentType());
        }
    }

    /** The name as it was sent, and that it is not encoded. */
    record OriginalName(
            @JsonProperty("content-type") String contentType,
            @JsonProperty("original-filename") String originalFilename,
            @JsonProperty("original-filename-encoded") String originalFilenameEncoded) {}

    /** For {@code detail=simple}. */
    record Simple(String id, String name, String path) implements FileItem {
        private static Simple of(StoredFile file) {
            return new Simple(file.id().value(), file.name().lastSegment(), "/" + file.name());
        }
    }

    /** For {@code detail=normalized}: the name is the file's own. */
    record Normalized(
            String id,
            String name,
            String storageSessionId,
            long size,
            @JsonProperty("contentType") String contentType,
            @JsonProperty("lastModified") String lastModified,
            Optional<Boolean> readOnly)
            implements FileItem {
        private static Normalized of(StoredFile file) {
            return new Normalized(
                    file.id().value(),
                    file.name().value(),
                    file.session().value(),
                    file.size(),
                    file.contentType(),
                    Json.time(file.createdAt()),
                    file.readOnly() ? Optional.of(true) : Optional.empty());
        }
    }

    /** For {@code /sessions/{session}/objects/{file}}. */
    record Metadata(
            @JsonProperty("lastModified") String lastModified,
            @JsonProperty("originalFilename") String originalFilename,
            String name,
            long size,
            String etag,
            @JsonProperty("contentType") String contentType,
            @JsonProperty("readOnly") boolean readOnly)
            implements FileItem {
        static Metadata of(StoredFile file) {
            return new Metadata(
                    Json.time(file.createdAt()),
                    file.name().value(),
                    location(file),
                    file.size(),
                    entityTag(file),
                    file.contentType(),
                    file.readOnly());
        }
    }

    /** That a file was deleted. */
    record Deleted(
            String message,
            String sessionId,
            @JsonProperty("fileId") String fileId) implements FileItem {}

    /** Clients look for {@code session/file} at the start of a name. */
    private static String location(StoredFile file) {
        return file.session() + "/" + file.id();
    }

    private static String entityTag(StoredFile file) {
        return "\"" + file.id() + "\"";
    }
}

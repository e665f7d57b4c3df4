package dev.codeinterpreter.adapter.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.session.Session;
import java.util.List;
import java.util.Optional;

/**
 * The body of an answer to {@code POST /upload/batch}.
 *
 * @param message {@code success}, {@code partial_success} or, when no file was stored, {@code error}
 * @param files in the order of the form
 * @param filesLimitReached true when there were more files than are taken at once
 * @param maxFiles how many are taken at once; only with the member before
 */
record BatchAnswer(
        String message,
        String storageSessionId,
        String sessionId,
        List<Item> files,
        int succeeded,
        int failed,
        @JsonProperty("filesLimitReached") Optional<Boolean> filesLimitReached,
        @JsonProperty("maxFiles") Optional<Integer> maxFiles) {

    /** One file; the id when it was stored, else the error. */
    record Item(
            String status,
            @JsonProperty("fileId") Optional<String> fileId,
            String filename,
            Optional<Long> size,
            Optional<String> error) {
        private static Item of(UploadRoutes.FileOutcome outcome) {
            Optional<StoredFile> stored = outcome.stored();
            return new Item(
                    stored.isPresent() ? "success" : "error",
                    stored.map(file -> file.id().value()),
                    outcome.name(),
                    stored.map(StoredFile::size),
                    stored.isPresent() ? Optional.empty() : Optional.of(outcome.error()));
        }
    }

    static BatchAnswer of(Session session, List<UploadRoutes.FileOutcome> outcomes, Optional<Integer> limit) {
        int succeeded = (int) outcomes.stream()
                .filter(outcome -> outcome.stored().isPresent())
                .count();
        int failed = outcomes.size() - succeeded;
        String message = failed == 0 ? "success" : succeeded == 0 ? "error" : "partial_success";
        return new BatchAnswer(
                message,
                session.id().value(),
                session.id().value(),
                outcomes.stream().map(Item::of).toList(),
                succeeded,
                failed,
                limit.map(_ -> true),
                limit);
    }
}

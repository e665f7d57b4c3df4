package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.FileService;
import dev.codeinterpreter.core.file.StoredContent;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.session.SessionId;
import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/** Lists, describes, downloads and deletes stored files. Query parameters that say who owns them are not looked at. */
final class FileRoutes {

    private final Callers callers;
    private final FileService files;

    FileRoutes(Callers callers, FileService files) {
        this.callers = callers;
        this.files = files;
    }

    void list(Context context) throws IOException {
        Caller caller = callers.of(context.req());
        SessionId session = session(context);
        String detail = context.queryParam("detail");
        List<StoredFile> stored;
        try {
            stored = files.list(caller, session);
        } catch (NotFoundException gone) {
            // New clients tell a lost session by 404, and say so by naming a kind; old ones by the empty list.
            if ("summary".equals(detail) && context.queryParam("kind") != null) {
                throw gone;
            }
            stored = List.of();
        }
        Answers.send(
                context, stored.stream().map(file -> FileItem.of(detail, file)).toList());
    }

    void object(Context context) throws IOException {
        Caller caller = callers.of(context.req());
        Answers.send(context, FileItem.Metadata.of(files.find(caller, session(context), file(context))));
    }

    void delete(Context context) throws IOException {
        Caller caller = callers.of(context.req());
        SessionId session = session(context);
        FileId file = file(context);
        files.delete(caller, session, file);
        Answers.send(context, new FileItem.Deleted("File deleted successfully", session.value(), file.value()));
    }

    /** What {@link #download} answers, without the bytes. */
    void head(Context context) {
        Caller caller = callers.of(context.req());
        describe(context.res(), files.find(caller, session(context), file(context)));
    }

    void download(Context context) throws IOException {
        Caller caller = callers.of(context.req());
        try (StoredContent stored = files.open(caller, session(context), file(context))) {
            HttpServletResponse response = context.res();
            describe(response, stored.file());
            stored.content().transferTo(response.getOutputStream());
        }
    }

    private static void describe(HttpServletResponse response, StoredFile file) {
        Answers.closeAfterwards(response);
        response.setContentLengthLong(file.size());
        response.setHeader("Content-Type", file.contentType());
        response.setHeader(
                "Content-Disposition", ContentDisposition.attachment(file.name().lastSegment()));
        response.setHeader("Cache-Control", "private, max-age=3600");
        if (file.readOnly()) {
            response.setHeader("X-Read-Only", "true");
        }
    }

    private static SessionId session(Context context) {
        return new SessionId(context.pathParam("session_id"));
    }

    private static FileId file(Context context) {
        return new FileId(context.pathParam("file_id"));
    }
}

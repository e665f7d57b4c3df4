package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.failure.CodeInterpreterException;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileService;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionService;
import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.MultiPart;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /upload}, where one bad file means that nothing is kept, and {@code POST /upload/batch}, where each file is stored
 * or refused for itself. Both stream: a file is written to its store while it arrives.
 */
final class UploadRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(UploadRoutes.class);

    private static final String FORM = "multipart/form-data";
    private static final Set<String> FILE_FIELDS = Set.of("file", "files", "files[]");

    private final Callers callers;
    private final SessionService sessions;
    private final FileService files;
    private final HttpSettings settings;

    UploadRoutes(Callers callers, SessionService sessions, FileService files, HttpSettings settings) {
        this.callers = callers;
        this.sessions = sessions;
        this.files = files;
        this.settings = settings;
    }

    void upload(Context context) throws IOException {
        Upload upload = new Upload(callers.of(context.req()));
        upload.receive(reader(context), false);
        Answers.send(context, UploadAnswer.of(upload.session(), upload.stored()));
    }

    void batch(Context context) throws IOException {
        Upload upload = new Upload(callers.of(context.req()));
        boolean limitReached = upload.receive(reader(context), true);
        Answers.send(
                context,
                BatchAnswer.of(
                        upload.session(),
                        upload.outcomes,
                        limitReached ? Optional.of(settings.sizes().uploadFiles()) : Optional.empty()));
    }

    private MultipartReader reader(Context context) throws IOException {
        HttpServletRequest request = context.req();
        RequestBody body = RequestBody.of(
                request, settings.sizes().uploadBytes(), settings.times().body());
        return new MultipartReader(body, boundary(request));
    }

    private static String boundary(HttpServletRequest request) {
        String type = request.getContentType();
        String boundary = type != null && type.regionMatches(true, 0, FORM, 0, FORM.length())
                ? MultiPart.extractBoundary(type)
                : null;
        if (boundary == null || boundary.isEmpty()) {
            throw new InvalidRequestException(
                    "body", "invalid_multipart", "The Content-Type must be multipart/form-data with a boundary");
        }
        return boundary;
    }

    /** What became of one file of a batch. */
    record FileOutcome(String name, Optional<StoredFile> stored, String error) {}

    /** One request that brings files. */
    private final class Upload {

        private final Caller caller;
        private final UploadForm form = new UploadForm();
        private final List<FileOutcome> outcomes = new ArrayList<>();
        private @Nullable Session session;
        private int seen;

        private Upload(Caller caller) {
            this.caller = caller;
        }

        /**
         * Stores the files of the form.
         *
         * @param each whether a bad file is noted, rather than the end of all
         * @return whether there were more files than one form may bring; the rest was not stored then
         */
        private boolean receive(MultipartReader reader, boolean each) throws IOException {
            boolean complete = false;
            try {
                for (Optional<MultipartReader.Part> part = reader.next(); part.isPresent(); part = reader.next()) {
                    receivePart(part.get(), each);
                }
                if (seen == 0) {
                    throw new InvalidRequestException(
                            "file", "missing", "No files provided: send them as parts named file with a filename");
                }
                describeAgain();
                complete = true;
            } finally {
                if (!complete) {
                    deleteStored();
                }
            }
            return seen > settings.sizes().uploadFiles();
        }

        private void receivePart(MultipartReader.Part part, boolean each) throws IOException {
            if (part.fileName().isEmpty() || !FILE_FIELDS.contains(part.name())) {
                form.take(part);
                return;
            }
            seen++;
            int most = settings.sizes().uploadFiles();
            if (seen > most) {
                if (!each) {
                    throw new TooLargeException("upload", most, "files");
                }
                return;
            }
            if (each) {
                receiveAlone(part);
            } else {
                StoredFile stored = store(part);
                outcomes.add(new FileOutcome(stored.name().value(), Optional.of(stored), ""));
            }
        }

        private void receiveAlone(MultipartReader.Part part) throws IOException {
            String name = part.fileName().orElse("");
            try {
                outcomes.add(new FileOutcome(name, Optional.of(store(part)), ""));
            } catch (InvalidRequestException | TooLargeException bad) {
                outcomes.add(new FileOutcome(name, Optional.empty(), bad.reason()));
            }
        }

        private StoredFile store(MultipartReader.Part part) throws IOException {
            FileName name = FileName.parse(part.name(), part.fileName().orElse(""));
            return files.upload(session(), form.file(name), part.content());
        }

        private Session session() {
            Session known = session;
            if (known == null) {
                known = sessions.create(caller, form.entity());
                session = known;
            }
            return known;
        }

        private List<StoredFile> stored() {
            return outcomes.stream()
                    .flatMap(outcome -> outcome.stored().stream())
                    .toList();
        }

        /** Fields that came after files are valid for these too. */
        private void describeAgain() {
            List<StoredFile> changed = stored().stream()
                    .filter(file -> !file.scope().equals(form.scope()) || file.readOnly() != form.readOnly())
                    .map(file -> new StoredFile(
                            file.id(),
                            file.session(),
                            file.name(),
                            file.size(),
                            file.sha256(),
                            file.contentType(),
                            file.createdAt(),
                            file.origin(),
                            form.readOnly(),
                            form.scope()))
                    .toList();
            if (!changed.isEmpty()) {
                files.add(session(), changed);
            }
        }

        private void deleteStored() {
            for (StoredFile file : stored()) {
                try {
                    files.delete(caller, file.session(), file.id());
                } catch (CodeInterpreterException notDeleted) {
                    LOG.warn(
                            "file {} of the failed upload to session {} is left",
                            file.id(),
                            file.session(),
                            notDeleted);
                }
            }
        }
    }

    /** The body of an answer to {@code POST /upload}. */
    record UploadAnswer(String message, String storageSessionId, String sessionId, List<UploadedFile> files) {
        private static UploadAnswer of(Session session, List<StoredFile> stored) {
            String id = session.id().value();
            return new UploadAnswer(
                    "success", id, id, stored.stream().map(UploadedFile::of).toList());
        }
    }
}

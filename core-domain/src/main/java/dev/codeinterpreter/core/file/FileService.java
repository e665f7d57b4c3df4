package dev.codeinterpreter.core.file;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.failure.CodeInterpreterException;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.FileStorePort.StoredBytes;
import dev.codeinterpreter.core.file.StoredFile.Origin;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.session.SessionPort;
import dev.codeinterpreter.core.session.SessionService;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Takes files in, finds them for their owners and gives them out. Bytes are written before their record and deleted before it,
 * so that what is listed can be read. Safe for use by many threads.
 */
public final class FileService {

    /** How long the two ends of a transfer wait for each other. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final SessionPort sessions;
    private final SessionService sessionService;
    private final FileStorePort store;
    private final FileSettings settings;
    private final Clock clock;
    private final ContentTypes contentTypes;

    /** A service that tells media types by the extensions of names. */
    public FileService(
            SessionPort sessions,
            SessionService sessionService,
            FileStorePort store,
            FileSettings settings,
            Clock clock) {
        this(sessions, sessionService, store, settings, clock, new ExtensionContentTypes());
    }

    /** A service that asks {@code contentTypes} for media types. */
    public FileService(
            SessionPort sessions,
            SessionService sessionService,
            FileStorePort store,
            FileSettings settings,
            Clock clock,
            ContentTypes contentTypes) {
        this.sessions = sessions;
        this.sessionService = sessionService;
        this.store = store;
        this.settings = settings;
        this.clock = clock;
        this.contentTypes = contentTypes;
    }

    /** How much of files this service accepts. */
    public FileSettings settings() {
        return settings;
    }

    /**
     * Stores a file in a session. One of the same name stays, under its own id; programs find the newer one.
     *
     * @param session one that the caller may write to, as {@link SessionService} gave it
     * @param content read to its end, not closed
     * @throws TooLargeException when the file is larger than one may be, or the session holds as many files as it may; of
     *     several uploads at the same moment a few more may get in
     * @throws IOException when reading {@code content} failed; nothing is stored then
     * @throws UnavailableException when a store did not confirm in time; the file is not listed then
     */
    public StoredFile upload(Session session, NewFile file, InputStream content) throws IOException {
        int maximum = settings.maximumFilesPerSession();
        if (sessions.files(session.id()).size() >= maximum) {
            throw new TooLargeException("session", maximum, "files");
        }
        FileId id = FileId.random();
        StoredBytes bytes;
        try {
            bytes = store.write(BlobKey.ofFile(session.id(), id), content, settings.maximumFileBytes());
        } catch (TooLargeException tooLarge) {
            throw new TooLargeException("file '" + file.name() + "'", tooLarge.limit(), tooLarge.unit());
        }
        StoredFile stored = record(session, id, file, bytes, Origin.UPLOAD);
        add(session, List.of(stored));
        return stored;
    }

    /**
     * The files of a session, oldest first, superseded ones of the same name included.
     *
     * @throws NotFoundException kind {@code Session}, when there is none of this id that is alive and the caller's
     * @throws UnavailableException when the store did not answer in time
     */
    public List<StoredFile> list(Caller caller, SessionId session) {
        if (sessionService.find(caller, session).isEmpty()) {
            throw new NotFoundException("Session", session.value());
        }
        return sessions.files(session);
    }

    /**
     * The record of a file.
     *
     * @throws NotFoundException kind {@code File}, when the session is not alive, not the caller's, or has no such file
     * @throws UnavailableException when the store did not answer in time
     */
    public StoredFile find(Caller caller, SessionId session, FileId file) {
        return sessionService
                .find(caller, session)
                .flatMap(alive -> sessions.file(alive.id(), file))
                .orElseThrow(() -> new NotFoundException("File", file.value()));
    }

    /**
     * Opens a file for reading. The caller closes it.
     *
     * @throws NotFoundException kind {@code File}, as {@link #find}, and when its bytes are gone
     * @throws UnavailableException when a store did not answer in time
     */
    public StoredContent open(Caller caller, SessionId session, FileId file) {
        StoredFile stored = find(caller, session, file);
        return content(stored)
                .map(bytes -> new StoredContent(stored, bytes))
                .orElseThrow(() -> new NotFoundException("File", file.value()));
    }

    /**
     * Deletes a file for good. Whoever has it open can read it to its end.
     *
     * @throws NotFoundException kind {@code File}, as {@link #find}
     * @throws UnavailableException when a store did not confirm in time; calling again goes on where it failed
     */
    public void delete(Caller caller, SessionId session, FileId file) {
        StoredFile stored = find(caller, session, file);
        store.delete(stored.key());
        sessions.removeFile(session, file);
    }

    /**
     * What a program of this caller finds in its working directory: the files that were named and those of the session that is
     * continued. Named ones that the caller cannot read are left out, since clients go on naming files that have expired.
     *
     * @throws InvalidRequestException field {@code files}, code {@code conflicting_names}, when of two named files one would have
     *     to be a directory for the other
     * @throws UnavailableException when the store did not answer in time
     */
    public MountList mountList(Caller caller, List<FileReference> references, Optional<Session> continued) {
        Map<SessionId, Map<FileId, StoredFile>> known = new HashMap<>();
        List<StoredFile> own =
                continued.map(session -> sessions.files(session.id())).orElse(List.of());
        continued.ifPresent(session -> known.put(session.id(), byId(own)));
        List<MountedFile> named = new ArrayList<>();
        List<FileReference> skipped = new ArrayList<>();
        for (FileReference reference : references) {
            StoredFile file = known.computeIfAbsent(reference.session(), id -> readableBy(caller, id))
                    .get(reference.file());
            if (file == null) {
                skipped.add(reference);
            } else {
                named.add(new MountedFile(reference.name().orElse(file.name()), file, Optional.of(reference)));
            }
        }
        return MountList.of(named, own, skipped);
    }

    /** The files of a session, asked for once however many of them are named. */
    private Map<FileId, StoredFile> readableBy(Caller caller, SessionId session) {
        return sessionService
                .find(caller, session)
                .map(alive -> byId(sessions.files(alive.id())))
                .orElse(Map.of());
    }

    private static Map<FileId, StoredFile> byId(List<StoredFile> files) {
        return files.stream().collect(Collectors.toMap(StoredFile::id, Function.identity()));
    }

    /**
     * The bytes of a file. The caller closes them.
     *
     * @return empty when they are gone
     * @throws UnavailableException when the store did not answer in time
     */
    public Optional<InputStream> content(StoredFile file) {
        return store.read(file.key());
    }

    /**
     * Stores the bytes of a file that a program left. It is listed when {@link #add} was called with the result; before that it
     * is merely something that goes with its session.
     *
     * @throws TooLargeException when it is larger than a file may be
     * @throws IOException when {@code source} could not give all bytes, which are not stored then
     * @throws InterruptedException when the calling thread was interrupted; bytes may be stored or not
     * @throws UnavailableException when the store did not confirm in time
     */
    public StoredFile writeOutput(Session session, FileName name, OutputSource source)
            throws IOException, InterruptedException {
        failIfInterrupted();
        FileId id = FileId.random();
        StreamBridge bridge = new StreamBridge(PATIENCE);
        FutureTask<StoredBytes> writing = new FutureTask<>(() -> {
            try (InputStream content = bridge.source()) {
                return store.write(BlobKey.ofFile(session.id(), id), content, settings.maximumFileBytes());
            }
        });
        Thread.ofVirtual().name("output-" + id).start(writing);
        boolean complete = false;
        try {
            source.copyTo(bridge.sink());
            complete = true;
            bridge.complete();
        } finally {
            if (!complete) {
                bridge.fail();
            }
        }
        failIfInterrupted();
        return record(session, id, NewFile.named(name), resultOf(writing), Origin.OUTPUT);
    }

    /**
     * Lists files whose bytes are stored, all or none of them, and lets the session live long enough for them. When that fails,
     * their bytes are deleted.
     *
     * @throws NotFoundException kind {@code Session}, when it was removed meanwhile
     * @throws UnavailableException when the store did not confirm in time
     */
    public void add(Session session, List<StoredFile> files) {
        try {
            sessionService.renew(session);
            sessions.addFiles(files);
        } catch (CodeInterpreterException failure) {
            files.forEach(file -> deleteAfter(failure, file));
            throw failure;
        }
    }

    private void deleteAfter(CodeInterpreterException failure, StoredFile file) {
        try {
            store.delete(file.key());
        } catch (UnavailableException unavailable) {
            failure.addSuppressed(unavailable);
        }
    }

    private StoredFile record(Session session, FileId id, NewFile file, StoredBytes bytes, Origin origin) {
        return new StoredFile(
                id,
                session.id(),
                file.name(),
                bytes.size(),
                bytes.sha256(),
                contentTypes.of(file.name()),
                clock.instant(),
                origin,
                file.readOnly(),
                file.scope());
    }

    /** A future that is done gives its result even to a thread that was interrupted, so waiting alone does not tell. */
    private static void failIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while storing a file");
        }
    }

    private static StoredBytes resultOf(FutureTask<StoredBytes> writing) throws IOException, InterruptedException {
        try {
            return writing.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new UnavailableException("file store", "The file store did not confirm a file in time", late);
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case CodeInterpreterException known -> throw known;
                case IOException io -> throw io;
                case RuntimeException bug -> throw bug;
                case null, default -> throw new IllegalStateException("writing a file failed", failed);
            }
        } finally {
            writing.cancel(true);
        }
    }
}

package dev.codeinterpreter.core.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.clock.HandMovedClock;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.StoredFile.Origin;
import dev.codeinterpreter.core.session.BreakableSessions;
import dev.codeinterpreter.core.session.InMemorySessions;
import dev.codeinterpreter.core.session.Session;
import dev.codeinterpreter.core.session.SessionId;
import dev.codeinterpreter.core.session.SessionService;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class FileServiceTest {

    private static final Duration DAY = Duration.ofHours(24);
    private static final Caller ANNE = new Caller("anne", Optional.empty());
    private static final Caller BERT = new Caller("bert", Optional.empty());
    private static final FileSettings SETTINGS = new FileSettings(100, 5, 3);

    private final HandMovedClock clock = new HandMovedClock();
    private final BreakableSessions port = new BreakableSessions(new InMemorySessions());
    private final InMemoryFileStore bytes = new InMemoryFileStore();
    private final BreakableFileStore store = new BreakableFileStore(bytes);
    private final SessionService sessions = new SessionService(port, DAY, clock);
    private final FileService files = new FileService(port, sessions, store, SETTINGS, clock);
    private final Session session = sessions.create(ANNE, Optional.empty());

    @Test
    void upload_file_isListedAndRead() throws IOException {
        FileScope scope = new FileScope(Optional.of("skill"), Optional.of("s"), Optional.of("1"), Optional.empty());
        clock.advance(Duration.ofMinutes(1));

        StoredFile file = files.upload(session, new NewFile(new FileName("a/sales.csv"), scope, true), stream("x,y\n"));

        assertThat(file)
                .isEqualTo(new StoredFile(
                        file.id(),
                        session.id(),
                        new FileName("a/sales.csv"),
                        4,
                        file.sha256(),
                        "text/csv",
                        clock.instant(),
                        Origin.UPLOAD,
                        true,
                        scope));
        assertThat(files.list(ANNE, session.id())).containsExactly(file);
        assertThat(files.find(ANNE, session.id(), file.id())).isEqualTo(file);
        try (StoredContent content = files.open(ANNE, session.id(), file.id())) {
            assertThat(content.file()).isEqualTo(file);
            assertThat(content.content()).hasContent("x,y\n");
        }
    }

    @Test
    void upload_sameName_keepsBoth() throws IOException {
        StoredFile first = upload("a.txt", "1");
        StoredFile second = upload("a.txt", "2");

        assertThat(files.list(ANNE, session.id())).containsExactly(first, second);
    }

    @Test
    void upload_tooLarge_refusedByNameAndNothingStays() {
        assertThatThrownBy(() -> upload("big.bin", "x".repeat(101)))
                .isInstanceOfSatisfying(TooLargeException.class, refusal -> {
                    assertThat(refusal.what()).isEqualTo("file 'big.bin'");
                    assertThat(refusal.limit()).isEqualTo(100);
                    assertThat(refusal.unit()).isEqualTo("bytes");
                });
        assertNothingStored();
    }

    @Test
    void upload_justFits_isTaken() throws IOException {
        assertThat(upload("big.bin", "x".repeat(100)).size()).isEqualTo(100);
        assertThat(upload("empty", "").size()).isZero();
    }

    @Test
    void upload_sessionFull_refused() throws IOException {
        for (int i = 0; i < 5; i++) {
            upload("f" + i, "x");
        }

        assertThatThrownBy(() -> upload("f5", "x")).isInstanceOfSatisfying(TooLargeException.class, refusal -> {
            assertThat(refusal.what()).isEqualTo("session");
            assertThat(refusal.limit()).isEqualTo(5);
            assertThat(refusal.unit()).isEqualTo("files");
        });
        assertThat(files.list(ANNE, session.id())).hasSize(5);
    }

    @Test
    void upload_contentFails_isThrownAsItWasAndNothingStays() {
        IOException failure = new IOException("client went away");
        InputStream broken = new FilterInputStream(InputStream.nullInputStream()) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                throw failure;
            }
        };

        assertThatThrownBy(() -> files.upload(session, NewFile.named(new FileName("a")), broken))
                .isSameAs(failure);
        assertNothingStored();
    }

    @Test
    void upload_recordFails_bytesAreDeletedAgain() {
        port.breakAddFiles();

        assertThatThrownBy(() -> upload("a", "x")).isInstanceOf(UnavailableException.class);

        assertNothingStored();
    }

    @Test
    void upload_sessionRemovedMeanwhile_bytesAreDeletedAgain() {
        port.delete(session.id());

        assertThatThrownBy(() -> upload("a", "x")).isInstanceOf(NotFoundException.class);

        assertNothingStored();
    }

    @Test
    void upload_lateInTheSession_prolongsIt() throws IOException {
        clock.advance(DAY.minusMinutes(1));

        StoredFile file = upload("a", "x");
        clock.advance(Duration.ofHours(23));

        assertThat(files.find(ANNE, session.id(), file.id())).isEqualTo(file);
    }

    @Test
    void everyQuestion_foreignOwner_findsNothing() throws IOException {
        StoredFile file = upload("a", "x");

        assertNotFound("Session", session.id().value(), () -> files.list(BERT, session.id()));
        assertNotFound("File", file.id().value(), () -> files.find(BERT, session.id(), file.id()));
        assertNotFound("File", file.id().value(), () -> files.open(BERT, session.id(), file.id()));
        assertNotFound("File", file.id().value(), () -> files.delete(BERT, session.id(), file.id()));
        assertThat(files.list(ANNE, session.id())).containsExactly(file);
    }

    @Test
    void everyQuestion_expiredSession_findsNothing() throws IOException {
        StoredFile file = upload("a", "x");
        clock.advance(DAY);

        assertNotFound("Session", session.id().value(), () -> files.list(ANNE, session.id()));
        assertNotFound("File", file.id().value(), () -> files.find(ANNE, session.id(), file.id()));
        assertNotFound("File", file.id().value(), () -> files.open(ANNE, session.id(), file.id()));
        assertNotFound("File", file.id().value(), () -> files.delete(ANNE, session.id(), file.id()));
    }

    @Test
    void everyQuestion_fileOfAnotherSession_findsNothing() throws IOException {
        StoredFile file = upload("a", "x");
        SessionId other = sessions.create(ANNE, Optional.empty()).id();

        assertThat(files.list(ANNE, other)).isEmpty();
        assertNotFound("File", file.id().value(), () -> files.find(ANNE, other, file.id()));
        assertNotFound("File", file.id().value(), () -> files.open(ANNE, other, file.id()));
        assertNotFound("File", file.id().value(), () -> files.delete(ANNE, other, file.id()));
    }

    @Test
    void open_bytesGone_notFound() throws IOException {
        StoredFile file = upload("a", "x");
        bytes.delete(file.key());

        assertNotFound("File", file.id().value(), () -> files.open(ANNE, session.id(), file.id()));
    }

    @Test
    void open_storeBroken_unavailableAndNotNotFound() throws IOException {
        StoredFile file = upload("a", "x");
        store.breakReads();

        assertThatThrownBy(() -> files.open(ANNE, session.id(), file.id())).isInstanceOf(UnavailableException.class);
    }

    @Test
    void delete_file_isGoneWithItsBytes() throws IOException {
        StoredFile file = upload("a", "x");
        StoredFile other = upload("b", "y");

        files.delete(ANNE, session.id(), file.id());

        assertThat(files.list(ANNE, session.id())).containsExactly(other);
        assertThat(bytes.read(file.key())).isEmpty();
        assertThat(bytes.read(other.key())).isPresent();
        assertNotFound("File", file.id().value(), () -> files.delete(ANNE, session.id(), file.id()));
    }

    @Test
    void delete_storeBroken_canBeRepeated() throws IOException {
        StoredFile file = upload("a", "x");
        store.breakAfterWrites(0);

        assertThatThrownBy(() -> files.delete(ANNE, session.id(), file.id())).isInstanceOf(UnavailableException.class);

        store.repair();
        files.delete(ANNE, session.id(), file.id());
        assertNothingStored();
    }

    @Test
    void mountList_namedFiles_areThoseTheCallerCanRead() throws IOException {
        StoredFile mine = upload("a.txt", "x");
        Session foreign = sessions.create(BERT, Optional.empty());
        StoredFile theirs = files.upload(foreign, NewFile.named(new FileName("b.txt")), stream("y"));
        FileReference missing = new FileReference(session.id(), FileId.random(), Optional.empty(), FileScope.NONE);
        FileReference nowhere = new FileReference(SessionId.random(), mine.id(), Optional.empty(), FileScope.NONE);
        FileReference wrongSession = new FileReference(foreign.id(), mine.id(), Optional.empty(), FileScope.NONE);

        MountList list = files.mountList(
                ANNE,
                List.of(FileReference.to(mine), missing, FileReference.to(theirs), nowhere, wrongSession),
                Optional.empty());

        assertThat(list.files())
                .containsExactly(new MountedFile(new FileName("a.txt"), mine, Optional.of(FileReference.to(mine))));
        assertThat(list.skipped()).containsExactly(missing, FileReference.to(theirs), nowhere, wrongSession);
        assertThat(list.held()).isZero();
    }

    @Test
    void mountList_expiredSession_isSkipped() throws IOException {
        StoredFile file = upload("a.txt", "x");
        clock.advance(DAY);

        MountList list = files.mountList(ANNE, List.of(FileReference.to(file)), Optional.empty());

        assertThat(list.files()).isEmpty();
        assertThat(list.skipped()).containsExactly(FileReference.to(file));
    }

    @Test
    void mountList_referenceWithAndWithoutName_mountsThere() throws IOException {
        StoredFile file = upload("a.txt", "x");

        assertThat(names(files.mountList(ANNE, List.of(reference(file, "other/b.txt")), Optional.empty())))
                .containsExactly("other/b.txt");
        assertThat(names(files.mountList(
                        ANNE,
                        List.of(new FileReference(session.id(), file.id(), Optional.empty(), FileScope.NONE)),
                        Optional.empty())))
                .containsExactly("a.txt");
    }

    @Test
    void mountList_sameReferenceTwice_onceAndSameNameTwice_theLast() throws IOException {
        StoredFile first = upload("a.txt", "1");
        StoredFile second = upload("b.txt", "2");

        MountList list = files.mountList(
                ANNE,
                List.of(FileReference.to(first), FileReference.to(first), reference(second, "a.txt")),
                Optional.empty());

        assertThat(list.files()).extracting(MountedFile::stored).containsExactly(second);
        assertThat(list.skipped()).isEmpty();
    }

    @Test
    void mountList_oneFileUnderTwoNames_isThereTwice() throws IOException {
        StoredFile file = upload("a.txt", "1");

        assertThat(names(files.mountList(
                        ANNE, List.of(FileReference.to(file), reference(file, "b.txt")), Optional.empty())))
                .containsExactly("a.txt", "b.txt");
    }

    @Test
    void mountList_continuedSession_newestOfAName() throws IOException {
        upload("a.txt", "old");
        clock.advance(Duration.ofSeconds(1));
        StoredFile newer = upload("a.txt", "new");
        StoredFile other = upload("d1/a.txt", "x");

        MountList list = files.mountList(ANNE, List.of(), Optional.of(session));

        assertThat(list.files()).extracting(MountedFile::stored).containsExactlyInAnyOrder(newer, other);
        assertThat(list.files()).extracting(MountedFile::reference).containsOnly(Optional.empty());
        assertThat(list.held()).isEqualTo(3);
    }

    @Test
    void mountList_namedFile_winsOverTheSessions() throws IOException {
        StoredFile old = upload("a.txt", "old");
        upload("a.txt", "new");

        MountList list = files.mountList(ANNE, List.of(FileReference.to(old)), Optional.of(session));

        assertThat(list.files()).extracting(MountedFile::stored).containsExactly(old);
    }

    @Test
    void mountList_namedFileBelowANamedFile_refusedNamingBoth() throws IOException {
        StoredFile file = upload("x", "x");

        for (List<String> names : List.of(List.of("a", "a/b/c"), List.of("a/b/c", "a"), List.of("a/b/c", "z", "a/b"))) {
            List<FileReference> references =
                    names.stream().map(name -> reference(file, name)).toList();
            assertThatThrownBy(() -> files.mountList(ANNE, references, Optional.empty()))
                    .isInstanceOfSatisfying(InvalidRequestException.class, refusal -> {
                        assertThat(refusal.field()).isEqualTo("files");
                        assertThat(refusal.code()).isEqualTo("conflicting_names");
                        assertThat(refusal.reason()).contains("'a", "'a/b/c'");
                    });
        }
    }

    @Test
    void mountList_namesThatOnlyLookAlike_areFine() throws IOException {
        StoredFile file = upload("x", "x");

        assertThat(names(files.mountList(
                        ANNE,
                        List.of(reference(file, "a"), reference(file, "ab/c"), reference(file, "a.b/c")),
                        Optional.empty())))
                .containsExactly("a", "ab/c", "a.b/c");
    }

    @Test
    void mountList_sessionFileInTheWayOfANamedOne_isLeftOut() throws IOException {
        upload("a", "file where a directory is needed");
        upload("b/c/d", "directory where a file is needed");
        StoredFile named = upload("x", "x");

        MountList list =
                files.mountList(ANNE, List.of(reference(named, "a/b"), reference(named, "b/c")), Optional.of(session));

        assertThat(names(list)).containsExactlyInAnyOrder("a/b", "b/c", "x");
        assertThat(list.skipped()).isEmpty();
    }

    @Test
    void mountList_sessionFilesInTheWayOfEachOther_theNewerStays() throws IOException {
        upload("a", "a program wrote this file once");
        upload("b/c", "and this one");
        upload("a/b", "and made directories of files later");
        StoredFile last = upload("b", "and a file of a directory");

        MountList list = files.mountList(ANNE, List.of(), Optional.of(session));

        assertThat(names(list)).containsExactlyInAnyOrder("b", "a/b");
        assertThat(list.files()).extracting(MountedFile::stored).contains(last);
    }

    @Test
    void mountList_storeBroken_unavailable() throws IOException {
        StoredFile file = upload("a.txt", "x");
        port.breakAll();

        assertThatThrownBy(() -> files.mountList(ANNE, List.of(FileReference.to(file)), Optional.empty()))
                .isInstanceOf(UnavailableException.class);
    }

    @Test
    void writeOutput_bytes_areStoredButNotListedBeforeTheyAreAdded() throws Exception {
        byte[] large = new byte[100];
        Arrays.fill(large, (byte) 7);

        StoredFile file = files.writeOutput(session, new FileName("p.png"), target -> target.write(large));

        assertThat(files.list(ANNE, session.id())).isEmpty();
        assertThat(bytes.read(file.key()))
                .hasValueSatisfying(content -> assertThat(content).hasBinaryContent(large));
        files.add(session, List.of(file));
        assertThat(files.list(ANNE, session.id())).containsExactly(file);
        assertThat(file.origin()).isEqualTo(Origin.OUTPUT);
        assertThat(file.contentType()).isEqualTo("image/png");
    }

    @Test
    void writeOutput_sourceFails_isThrownAsItWasAndNothingIsStored() {
        IOException failure = new IOException("sandbox went away");

        assertThatThrownBy(() -> files.writeOutput(session, new FileName("a"), target -> {
                    target.write(new byte[50]);
                    throw failure;
                }))
                .isSameAs(failure);
        assertNothingStored();
    }

    @Test
    void writeOutput_sourceThrowsOfTheFamily_isThrownAsItWas() {
        NotFoundException failure = new NotFoundException("File", "a");

        assertThatThrownBy(() -> files.writeOutput(session, new FileName("a"), _ -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertNothingStored();
    }

    @Test
    void writeOutput_storeFails_sourceIsNotDisturbed() {
        store.breakAfterWrites(0);
        boolean[] finished = {false};

        assertThatThrownBy(() -> files.writeOutput(session, new FileName("a"), target -> {
                    target.write(new byte[300_000]);
                    finished[0] = true;
                }))
                .isInstanceOf(UnavailableException.class);

        assertThat(finished[0]).isTrue();
    }

    @Test
    void writeOutput_tooLarge_refused() {
        assertThatThrownBy(() -> files.writeOutput(session, new FileName("a"), target -> target.write(new byte[101])))
                .isInstanceOf(TooLargeException.class);
        assertNothingStored();
    }

    @Test
    void writeOutput_interruptedMeanwhile_throwsInterruptedException() {
        assertThatThrownBy(() -> files.writeOutput(
                        session, new FileName("a"), _ -> Thread.currentThread().interrupt()))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void writeOutput_interruptedBefore_asksNobody() {
        boolean[] asked = {false};
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> files.writeOutput(session, new FileName("a"), _ -> asked[0] = true))
                .isInstanceOf(InterruptedException.class);

        assertThat(Thread.interrupted()).isFalse();
        assertThat(asked[0]).isFalse();
        assertNothingStored();
    }

    @Test
    void add_recordFails_allBytesAreDeletedAgain() throws Exception {
        StoredFile one = files.writeOutput(session, new FileName("a"), target -> target.write(1));
        StoredFile two = files.writeOutput(session, new FileName("b"), target -> target.write(2));
        port.breakAddFiles();

        assertThatThrownBy(() -> files.add(session, List.of(one, two))).isInstanceOf(UnavailableException.class);

        assertNothingStored();
    }

    private StoredFile upload(String name, String content) throws IOException {
        return files.upload(session, NewFile.named(new FileName(name)), stream(content));
    }

    private void assertNothingStored() {
        assertThat(bytes.sessions(Optional.empty(), 10)).isEmpty();
    }

    private static void assertNotFound(String kind, String id, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(NotFoundException.class, refusal -> {
            assertThat(refusal.kind()).isEqualTo(kind);
            assertThat(refusal.id()).isEqualTo(id);
            assertThat(refusal.reason()).isEqualTo(kind + " not found");
        });
    }

    private static FileReference reference(StoredFile file, String name) {
        return new FileReference(file.session(), file.id(), Optional.of(new FileName(name)), FileScope.NONE);
    }

    private static List<String> names(MountList list) {
        return list.files().stream().map(file -> file.name().value()).toList();
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }
}

package dev.codeinterpreter.core.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.file.StoredFile.Origin;
import dev.codeinterpreter.core.session.SessionId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FileValuesTest {

    private static final SessionId SESSION = new SessionId("session");
    private static final FileId FILE = new FileId("file");

    @Test
    void blobKey_ofIds_isAPathOfThem() {
        assertThat(BlobKey.ofFile(SESSION, FILE).path()).isEqualTo("sessions/session/file");
        assertThat(BlobKey.ofState(SESSION).path()).isEqualTo("states/session");
    }

    @Test
    void storedFile_negativeSize_refused() {
        assertThatThrownBy(() -> stored(-1, "0".repeat(64)))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refusal -> assertThat(refusal.field()).isEqualTo("size"));
    }

    @Test
    void storedFile_shortDigest_refused() {
        assertThatThrownBy(() -> stored(0, "0".repeat(63)))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refusal -> assertThat(refusal.field()).isEqualTo("sha256"));
    }

    @Test
    void reference_toStoredFile_namesIt() {
        StoredFile file = stored(3, "a".repeat(64));

        assertThat(FileReference.to(file))
                .isEqualTo(new FileReference(SESSION, FILE, Optional.of(file.name()), FileScope.NONE));
        assertThat(file.key()).isEqualTo(BlobKey.ofFile(SESSION, FILE));
    }

    @Test
    void storedContent_close_closesTheStream() throws IOException {
        AtomicBoolean closed = new AtomicBoolean();
        InputStream stream = new ByteArrayInputStream(new byte[0]) {
            @Override
            public void close() {
                closed.set(true);
            }
        };

        new StoredContent(stored(0, "a".repeat(64)), stream).close();

        assertThat(closed).isTrue();
    }

    @Test
    void settings_outOfRange_areRefusedByName() {
        assertThatThrownBy(() -> FileSettings.DEFAULT.withMaximumFileBytes(0))
                .hasMessage("maximumFileBytes must be at least 1, it is 0");
        assertThatThrownBy(() -> FileSettings.DEFAULT.withMaximumFilesPerSession(0))
                .hasMessage("maximumFilesPerSession must be at least 1, it is 0");
        assertThatThrownBy(() -> FileSettings.DEFAULT.withMaximumArtifacts(-1))
                .hasMessage("maximumArtifacts must be at least 0, it is -1");
    }

    @Test
    void settings_default_isDocumented() {
        assertThat(FileSettings.DEFAULT).isEqualTo(new FileSettings(104_857_600, 300, 10));
    }

    @ParameterizedTest
    @CsvSource({
        "data.csv,             text/csv",
        "DATA.CSV,             text/csv",
        "a/b.tar/c.json,       application/json",
        "p.png,                image/png",
        "p.jpeg,               image/jpeg",
        "d.svg,                image/svg+xml",
        "x.pdf,                application/pdf",
        "x.zip,                application/zip",
        "x.html,               text/html",
        "x.xlsx,               application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "README,               application/octet-stream",
        "x.,                   application/octet-stream",
        "x.unheardof,          application/octet-stream",
        "a.csv/b,              application/octet-stream",
        "x.#png,               application/octet-stream",
        "x.IPYNB,              application/x-ipynb+json"
    })
    void contentTypes_extension_decides(String name, String type) {
        assertThat(new ExtensionContentTypes().of(new FileName(name))).isEqualTo(type);
    }

    @Test
    void contentTypes_turkishMachine_makesNoDifference() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.of("tr", "TR"));
        try {
            assertThat(new ExtensionContentTypes().of(new FileName("X.GIF"))).isEqualTo("image/gif");
            assertThat(new ExtensionContentTypes().of(new FileName("X.IPYNB"))).isEqualTo("application/x-ipynb+json");
        } finally {
            Locale.setDefault(before);
        }
    }

    private static StoredFile stored(long size, String sha256) {
        return new StoredFile(
                FILE,
                SESSION,
                new FileName("a.txt"),
                size,
                sha256,
                "text/plain",
                Instant.EPOCH,
                Origin.UPLOAD,
                false,
                FileScope.NONE);
    }
}

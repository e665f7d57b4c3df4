package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.SandboxSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Machines on which something is missing: what is said, and that nothing is left half-done. */
@Timeout(60)
@SuppressWarnings("NullAway.Init") // set before each test
final class StartFailuresTest {

    private static final SandboxSpec BASH = RealSandboxes.spec(Language.BASH, RealSandboxes.LIMITS);

    private Path base;

    @BeforeEach
    void makeBase() throws IOException {
        base = RealSandboxes.newBaseDirectory();
    }

    @AfterEach
    void removeBase() {
        InstanceDirectory.removeTree(base);
    }

    @Test
    void open_nsjailMissing_namesTheSettingAndTheRemedy() {
        assertNoNsjail(base.resolve("missing").toString());
        assertNoNsjail("nsjail-that-nobody-has");
    }

    @Test
    void open_nsjailNotExecutable_namesTheSettingAndTheRemedy() throws IOException {
        assertNoNsjail(Files.createFile(base.resolve("nsjail")).toString());
    }

    @Test
    void open_nsjailIsADirectory_namesTheSettingAndTheRemedy() {
        assertNoNsjail(base.toString());
    }

    private void assertNoNsjail(String nsjail) {
        assertUnavailable(RealSandboxes.fresh(base.resolve("b")).withNsjail(nsjail))
                .hasMessageContaining("'" + nsjail + "'")
                .hasMessageContaining("NSJAIL_BINARY")
                .hasMessageContaining("docker/setup.sh");
        assertThat(base.resolve("b")).doesNotExist();
    }

    @Test
    void open_nsjailOnThePath_isFound() throws IOException {
        String tool = "sh"; /* on every PATH; whether it is nsjail shows when it is started */
        try (NsjailSandboxes sandboxes =
                NsjailSandboxes.open(RealSandboxes.fresh(base).withNsjail(tool))) {
            assertThatThrownBy(() -> sandboxes.open(BASH)).isInstanceOf(SandboxLostException.class);
        }
        assertThat(base).isEmptyDirectory();
    }

    @Test
    void open_baseIsAFile_namesTheSettingAndTheValue() throws IOException {
        Path file = Files.createFile(base.resolve("file"));

        assertUnavailable(RealSandboxes.fresh(file))
                .hasMessageContaining("SANDBOX_BASE_DIR")
                .hasMessageContaining(file.toString())
                .hasMessageContaining("directory");
        assertUnavailable(RealSandboxes.fresh(file.resolve("below"))).hasMessageContaining("SANDBOX_BASE_DIR");
    }

    /** Root in a jail is nobody outside of it: it must be able to reach its control directory. */
    @Test
    void open_baseThatOthersCannotReach_namesTheDirectoryAndTheRemedy() throws IOException {
        Path closed = Files.createDirectory(
                base.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));

        assertUnavailable(RealSandboxes.fresh(closed.resolve("base")))
                .hasMessageContaining("SANDBOX_BASE_DIR")
                .hasMessageContaining("chmod o+x " + closed);
    }

    @Test
    void open_baseWithALongName_saysHowLongItMayBe() {
        Path path = base.resolve("x".repeat(100));

        assertUnavailable(RealSandboxes.fresh(path))
                .hasMessageContaining("SANDBOX_BASE_DIR")
                .hasMessageContaining("bytes");
    }

    @Test
    void open_toolchainMissing_saysHowToInstallIt() throws IOException {
        NsjailSettings settings = withHome(base.resolve("empty"));
        try (NsjailSandboxes sandboxes = NsjailSandboxes.open(settings)) {
            assertThat(sandboxes.languages())
                    .contains(Language.BASH, Language.C)
                    .doesNotContain(Language.PYTHON, Language.TYPESCRIPT, Language.RUST);
            assertThatThrownBy(() -> sandboxes.open(RealSandboxes.spec(Language.TYPESCRIPT, RealSandboxes.LIMITS)))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("TypeScript")
                    .hasMessageContaining("docker/setup.sh --languages ts");
        }
    }

    @Test
    void open_noHomeAtAll_languagesOfTheSystemRun() throws IOException {
        NsjailSettings settings = withHome(base.resolve("empty"));
        try (NsjailSandboxes sandboxes = NsjailSandboxes.open(settings)) {
            assertThat(RealSandboxes.run(sandboxes, Language.BASH, "echo here").stdout())
                    .isEqualTo("here\n");
        }
    }

    @Test
    void open_jailThatDoesNotStart_leavesNothingOfIt() throws IOException {
        Path notNsjail = base.resolve("not-nsjail");
        Files.writeString(notNsjail, "#!/bin/sh\necho said by it >&2\nexit 3\n");
        Files.setPosixFilePermissions(notNsjail, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path below = base.resolve("b");
        try (NsjailSandboxes sandboxes =
                NsjailSandboxes.open(RealSandboxes.fresh(below).withNsjail(notNsjail.toString()))) {
            assertThatThrownBy(() -> sandboxes.open(BASH))
                    .isInstanceOf(SandboxLostException.class)
                    .hasRootCauseInstanceOf(IOException.class)
                    .hasStackTraceContaining("said by it");

            try (Stream<Path> instance = Files.list(below);
                    Stream<Path> inIt = Files.list(instance.findFirst().orElseThrow())) {
                assertThat(inIt)
                        .extracting(path -> path.getFileName().toString())
                        .containsOnly("files", "lock");
            }
        }
    }

    @Test
    void open_jailThatNeverAnswers_isGivenUpInTime() throws IOException {
        String sleep = Machine.uniqueSleep();
        Path silent = base.resolve("silent");
        Files.writeString(silent, "#!/bin/sh\nexec sleep " + sleep + "\n");
        Files.setPosixFilePermissions(silent, PosixFilePermissions.fromString("rwxr-xr-x"));
        NsjailSettings defaults = RealSandboxes.fresh(base.resolve("b"));
        NsjailSettings impatient = new NsjailSettings(
                silent.toString(),
                defaults.baseDirectory(),
                defaults.home(),
                defaults.uid(),
                defaults.firstHostUid(),
                Duration.ofSeconds(1),
                defaults.limits(),
                defaults.pool());
        try (NsjailSandboxes sandboxes = NsjailSandboxes.open(impatient)) {
            assertThatThrownBy(() -> sandboxes.open(BASH))
                    .isInstanceOf(SandboxLostException.class)
                    .hasMessageContaining("did not start");
            assertThat(Machine.processesNamed(sleep)).isEmpty();
        }
    }

    @Test
    void settings_outOfRange_namesTheMember() {
        assertThatThrownBy(() -> NsjailSettings.defaults().withUid(0))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("uid must be 1 to 65533, it is 0");
    }

    private NsjailSettings withHome(Path home) {
        NsjailSettings settings = RealSandboxes.fresh(base.resolve("b"));
        return new NsjailSettings(
                settings.nsjail(),
                settings.baseDirectory(),
                home,
                settings.uid(),
                settings.firstHostUid(),
                settings.startTimeout(),
                settings.limits(),
                settings.pool());
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertUnavailable(NsjailSettings settings) {
        return assertThatThrownBy(() -> NsjailSandboxes.open(settings).close())
                .isInstanceOf(UnavailableException.class);
    }
}

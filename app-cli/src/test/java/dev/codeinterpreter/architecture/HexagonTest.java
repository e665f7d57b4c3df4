package dev.codeinterpreter.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The walls of the hexagon. They live in this module because it is the only one that sees all others. Each rule first makes sure
 * that it looks at classes at all: a rule over a misspelt package would hold for ever.
 */
final class HexagonTest {
    private static final String ROOT = "dev.codeinterpreter";
    private static final String CORE = ROOT + ".core..";
    private static final String ADAPTERS = ROOT + ".adapter..";
    private static final String SERVER = ROOT + ".server..";
    private static final String CLI = ROOT + ".cli..";

    private static final ImportOption NOT_THE_CONTRACTS = (Location location) -> !location.contains("-tests.jar");

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(NOT_THE_CONTRACTS)
            .importPackages(ROOT);

    @ParameterizedTest
    @ValueSource(
            strings = {
                CORE,
                ROOT + ".adapter.http..",
                ROOT + ".adapter.local..",
                ROOT + ".adapter.nsjail..",
                ROOT + ".adapter.redis..",
                ROOT + ".adapter.s3..",
                SERVER,
                CLI
            })
    void modules_eachOne_isSeenHere(String packages) {
        assertThat(in(packages)).as("classes in %s", packages).hasSizeGreaterThan(2);
    }

    @Test
    void core_dependsOnTheJdkAndJSpecifyOnly() {
        check(
                CORE,
                classes()
                        .that(resideInAPackage(CORE))
                        .should()
                        .onlyDependOnClassesThat(resideInAnyPackage(CORE, "java..", "org.jspecify.annotations..")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "local", "nsjail", "redis", "s3"})
    void adapters_neverSeeEachOther(String adapter) {
        String own = ROOT + ".adapter." + adapter + "..";
        check(
                own,
                noClasses()
                        .that(resideInAPackage(own))
                        .should()
                        .dependOnClassesThat(
                                resideInAPackage(ADAPTERS).and(DescribedPredicate.not(resideInAPackage(own)))));
    }

    @Test
    void adapters_areKnownToServerAndCommandLineOnly() {
        check(
                CORE,
                noClasses()
                        .that()
                        .resideOutsideOfPackages(ADAPTERS, SERVER, CLI)
                        .should()
                        .dependOnClassesThat(resideInAPackage(ADAPTERS)));
    }

    @Test
    void server_isKnownToTheCommandLineOnly_andNobodyKnowsThat() {
        check(
                ADAPTERS,
                noClasses()
                        .that()
                        .resideOutsideOfPackages(SERVER, CLI)
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(SERVER, CLI)));
        check(SERVER, noClasses().that(resideInAPackage(SERVER)).should().dependOnClassesThat(resideInAPackage(CLI)));
    }

    @ParameterizedTest
    @CsvSource({
        "io.javalin.., dev.codeinterpreter.adapter.http..",
        "org.eclipse.jetty.., dev.codeinterpreter.adapter.http..",
        "jakarta.servlet.., dev.codeinterpreter.adapter.http..",
        "org.h2.., dev.codeinterpreter.adapter.local..",
        "redis.clients.jedis.., dev.codeinterpreter.adapter.redis..",
        "io.minio.., dev.codeinterpreter.adapter.s3..",
        "io.smallrye.., dev.codeinterpreter.server..",
        "ch.qos.logback.., dev.codeinterpreter.server..",
        "picocli.., dev.codeinterpreter.cli.."
    })
    void libraries_stayBehindTheirWall(String library, String home) {
        assertThat(ALL.that(resideInAPackage(home)).stream()
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .map(dependency -> dependency.getTargetClass()))
                .as("uses of %s in %s", library, home)
                .anyMatch(resideInAPackage(library));
        noClasses()
                .that()
                .resideOutsideOfPackage(home)
                .should()
                .dependOnClassesThat(resideInAPackage(library))
                .check(ALL);
    }

    @ParameterizedTest
    @CsvSource({
        "http, HttpServer",
        "local, LocalStorage",
        "nsjail, NsjailSandboxes",
        "redis, RedisStorage",
        "s3, S3Storage"
    })
    void adapters_publishOneEntryClassAndRecordsOnly(String adapter, String entry) {
        List<JavaClass> published = ALL.that(resideInAPackage(ROOT + ".adapter." + adapter)).stream()
                .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                .toList();

        assertThat(published)
                .filteredOn(type -> !type.isRecord())
                .extracting(JavaClass::getSimpleName)
                .containsExactly(entry);
        assertThat(published)
                .as("a record with the settings")
                .anyMatch(type -> type.isRecord() && type.getSimpleName().endsWith("Settings"));
    }

    @Test
    void environment_isReadByTheServerOnly() {
        check(
                ADAPTERS,
                noClasses()
                        .that()
                        .resideOutsideOfPackage(SERVER)
                        .and()
                        /* nsjail is looked for on PATH, as a shell would; PATH is no setting of ours */
                        .doNotHaveSimpleName("NsjailSandboxes")
                        .should()
                        .callMethod(System.class, "getenv")
                        .orShould()
                        .callMethod(System.class, "getenv", String.class));
        assertThat(in(SERVER))
                .anyMatch(type -> type.getMethodCallsFromSelf().stream()
                        .anyMatch(call -> call.getTarget().getName().equals("getenv")));
    }

    @Test
    void time_comesFromAnInjectedClock() {
        check(
                CORE,
                noClasses()
                        .that(resideInAnyPackage(CORE, ADAPTERS))
                        .should()
                        .callMethod(Instant.class, "now")
                        .orShould()
                        .callMethod(LocalDate.class, "now")
                        .orShould()
                        .callMethod(LocalDateTime.class, "now")
                        .orShould()
                        .callMethod(ZonedDateTime.class, "now")
                        .orShould()
                        .callMethod(System.class, "currentTimeMillis"));
        check(
                CORE,
                noClasses()
                        .that(resideInAPackage(CORE))
                        .should()
                        .callMethod(Clock.class, "systemUTC")
                        .orShould()
                        .callMethod(Clock.class, "systemDefaultZone"));
    }

    @Test
    void failures_areNeverPrintedPastTheLog() {
        check(
                ADAPTERS,
                noClasses()
                        .should()
                        .callMethod(Throwable.class, "printStackTrace")
                        .orShould()
                        .callMethod(Throwable.class, "printStackTrace", java.io.PrintWriter.class)
                        .orShould()
                        .callMethod(Throwable.class, "printStackTrace", java.io.PrintStream.class));
    }

    @Test
    void standardStreams_belongToServerAndCommandLine() {
        check(
                ADAPTERS,
                noClasses()
                        .that(resideInAnyPackage(CORE, ADAPTERS))
                        .and()
                        .resideOutsideOfPackage(ROOT + ".adapter.nsjail.runtime..")
                        .should()
                        .accessField(System.class, "out")
                        .orShould()
                        .accessField(System.class, "err"));
    }

    @Test
    void names_sayWhatAThingIs() {
        check(
                CORE,
                noClasses()
                        .should()
                        .haveNameMatching(".*(Impl|Manager|Helper|Utils?|Base|Common)")
                        .orShould()
                        .haveNameMatching(".*\\.I[A-Z][a-z]\\w*"));
    }

    @Test
    void modules_haveNoCycles() {
        Map<String, String> slices = Map.of("modules", ROOT + ".(*)..", "adapters", ROOT + ".adapter.(*)..");
        slices.forEach((name, pattern) -> {
            ArchRule rule = slices().matching(pattern).as(name).should().beFreeOfCycles();
            check(ADAPTERS, rule);
        });
    }

    private static void check(String packages, ArchRule rule) {
        assertThat(in(packages)).as("classes in %s", packages).isNotEmpty();
        rule.check(ALL);
    }

    private static List<JavaClass> in(String packages) {
        return List.copyOf(ALL.that(resideInAPackage(packages)));
    }
}

package dev.codeinterpreter.cli;

import dev.codeinterpreter.core.failure.CodeInterpreterException;
import dev.codeinterpreter.core.language.Language;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code doctor}: whether this machine can run code safely, layer by layer, and what to do where it cannot. */
@Command(
        name = "doctor",
        description = {
            "Probes each layer of the isolation and looks for the toolchains.",
            "Ends with 1 when something needed is missing. A missing language is told, but not needed as long as there is one."
        },
        mixinStandardHelpOptions = true,
        exitCodeOnExecutionException = ExitStatus.INTERNAL)
final class DoctorCommand implements Callable<Integer> {
    private final Streams streams;
    private final SandboxSource source;

    @Option(names = "--json", description = "Prints JSON instead of a table.")
    private boolean json;

    DoctorCommand(Streams streams, SandboxSource source) {
        this.streams = streams;
        this.source = source;
    }

    /** How one check ended. */
    enum Status {
        OK,
        /** Not there, but something else does without it. */
        ABSENT,
        /** Needed, and not there or not in order. */
        FAILED
    }

    /**
     * One thing that was looked at.
     *
     * @param area {@code java}, {@code sandbox}, {@code isolation} or {@code language}
     * @param detail what was seen, and what to do when it is not {@code OK}
     */
    record Check(String area, String name, Status status, String detail) {}

    /** All checks, as {@code doctor --json} prints them. */
    record Report(boolean healthy, List<Check> checks) {
        static Report of(List<Check> checks) {
            return new Report(checks.stream().noneMatch(check -> check.status() == Status.FAILED), checks);
        }
    }

    @Override
    public Integer call() {
        Report report = Report.of(checks());
        if (json) {
            Json.print(report, streams.textOut());
        } else {
            print(report);
        }
        return report.healthy() ? ExitStatus.OK : ExitStatus.UNHEALTHY;
    }

    private List<Check> checks() {
        List<Check> checks = new ArrayList<>();
        checks.add(new Check(
                "java",
                "Java",
                Status.OK,
                Runtime.version() + " in " + System.getProperty("java.home", "an unknown place")));
        try (SandboxSource.Sandboxes sandboxes = source.openAsServer()) {
            checks.add(new Check("sandbox", "nsjail, root, cgroups", Status.OK, "found"));
            sandboxes.port().inspect().stream()
                    .map(layer -> new Check(
                            "isolation", layer.name(), layer.holds() ? Status.OK : Status.FAILED, layer.detail()))
                    .forEach(checks::add);
            checks.addAll(languages(sandboxes.port().languages()));
        } catch (CodeInterpreterException failure) {
            checks.add(new Check("sandbox", "nsjail, root, cgroups", Status.FAILED, failure.reason()));
        }
        return checks;
    }

    static List<Check> languages(Set<Language> found) {
        Status whenMissing = found.isEmpty() ? Status.FAILED : Status.ABSENT;
        List<Check> checks = new ArrayList<>();
        for (Language language : Language.values()) {
            checks.add(
                    found.contains(language)
                            ? new Check("language", language.displayName(), Status.OK, "toolchain found")
                            : new Check(
                                    "language",
                                    language.displayName(),
                                    whenMissing,
                                    "no toolchain; get it with: docker/setup.sh --languages " + language.code()));
        }
        return checks;
    }

    private void print(Report report) {
        Table table = new Table("STATUS", "AREA", "WHAT", "DETAIL");
        for (Check check : report.checks()) {
            table.add(
                    switch (check.status()) {
                        case OK -> "ok";
                        case ABSENT -> "absent";
                        case FAILED -> "FAILED";
                    },
                    check.area(),
                    check.name(),
                    check.detail());
        }
        table.printTo(streams.textOut());
        if (!report.healthy()) {
            streams.say("this machine cannot run code safely yet, see FAILED above");
        }
    }
}

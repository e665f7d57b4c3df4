package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.language.Language;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How programs of one language are compiled and run. Adding a language means adding one of these.
 *
 * <p>Words of a command are passed as they are, no shell looks at them. {@code {heapMegabytes}} in a word is replaced by three
 * quarters of the memory limit.
 *
 * @param sourceName name of the source file in the work directory
 * @param compile commands that run in the work directory before the program, one after the other; what they say is shown on
 *     stderr, and the first that fails ends the run
 * @param run command that runs the program in the data directory; the program's arguments are added
 * @param handOver what a runtime that waits is given instead, to which the program's arguments are added
 * @param environment in addition to what every program has
 * @param needs files of the host without which the language is missing
 * @param runtime the runtime that can be started ahead
 * @param install argument of {@code docker/setup.sh --languages} that installs it
 */
record Toolchain(
        Language language,
        String sourceName,
        List<Step> compile,
        List<String> run,
        List<String> handOver,
        Map<String, String> environment,
        List<Path> needs,
        Optional<ParkedRuntime> runtime,
        String install) {

    /**
     * A command of the compile phase.
     *
     * @param environment in addition, for this command only
     */
    record Step(List<String> command, Map<String, String> environment) {}

    /** The same with a runtime that can be started ahead. */
    Toolchain startedAhead(ParkedRuntime parked, List<String> program) {
        return new Toolchain(
                language, sourceName, compile, run, program, environment, needs, Optional.of(parked), install);
    }

    /** Name of the file in the work directory that the compile commands make, when it is all that the program needs to run. */
    Optional<String> artefact() {
        return switch (language) {
            case C, CPP, RUST, GO, FORTRAN, D -> Optional.of("code");
            case TYPESCRIPT -> Optional.of("code.js");
            case PYTHON, JAVASCRIPT, JAVA, PHP, R, BASH -> Optional.empty();
        };
    }

    /** The files it needs and does not find. */
    List<Path> missing() {
        return needs.stream().filter(path -> !path.toFile().exists()).toList();
    }

    /** The source as its tools can read it: bash takes the carriage return of a line end of Windows for a part of the command. */
    String readable(String source) {
        return language == Language.BASH ? source.replace("\r\n", "\n") : source;
    }
}

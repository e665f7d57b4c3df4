package dev.codeinterpreter.core.sandbox;

import java.util.List;

/**
 * What became of the memory of a session in a run.
 *
 * @param dropped names whose values cannot be captured, such as open files and locks; untrusted, at most some hundred
 * @param unrestored names of the program before that could not be restored, {@link #ALL} among them for all; untrusted, at most
 *     some hundred
 */
public record StateReport(CapturedState captured, List<String> dropped, List<String> unrestored) {

    /** What stands for every name; no program can have a variable of this name that is captured. */
    public static final String ALL = "*";

    /** Of a run that had nothing to do with it. */
    public static final StateReport NONE = new StateReport(new CapturedState.NotWanted(), List.of(), List.of());

    public StateReport {
        dropped = List.copyOf(dropped);
        unrestored = List.copyOf(unrestored);
    }
}

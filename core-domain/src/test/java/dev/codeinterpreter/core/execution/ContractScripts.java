package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.execution.Outcome.Exited;
import dev.codeinterpreter.core.execution.Outcome.Signalled;
import dev.codeinterpreter.core.execution.Outcome.TimedOut;
import dev.codeinterpreter.core.sandbox.InMemorySandboxes;
import dev.codeinterpreter.core.sandbox.ScriptRun;

/** The programs of {@link ExecutionPortContract}, in bash for real sandboxes and as scripts for those in memory. */
public final class ContractScripts {

    static final String PRINT_SPACES = "printf '  two\\n\\n\\tlines é😀  '";
    static final String FAIL = "echo oops >&2; exit 3";
    static final String PRINT_ARGUMENTS = "printf '%s|' \"$@\"";
    static final String SLEEP = "echo before; sleep 1000";
    static final String CRASH = "kill -SEGV $$";
    static final String MAKE_CHART = "mkdir charts; printf chart > 'charts/p é.txt'";
    static final String MAKE_INPUT = "printf made > in.txt";
    static final String READ_INPUT = "cat in.txt";
    static final String CHANGE_INPUT = "printf ', changed' >> in.txt";
    static final String REMOVE_INPUT = "rm in.txt";

    private ContractScripts() {}

    /** Teaches all of them to {@code sandboxes}. */
    public static InMemorySandboxes addTo(InMemorySandboxes sandboxes) {
        return sandboxes
                .with(PRINT_SPACES, run -> {
                    run.stdout("  two\n\n\tlines é😀  ");
                    return new Exited(0);
                })
                .with(FAIL, run -> {
                    run.stderr("oops\n");
                    return new Exited(3);
                })
                .with(PRINT_ARGUMENTS, run -> {
                    run.program().arguments().forEach(argument -> run.stdout(argument + "|"));
                    return new Exited(0);
                })
                .with(SLEEP, run -> {
                    run.stdout("before\n");
                    return new TimedOut(run.limits().wallTime());
                })
                .with(CRASH, _ -> new Signalled(11))
                .with(MAKE_CHART, run -> {
                    run.write("charts/p é.txt", "chart");
                    return new Exited(0);
                })
                .with(MAKE_INPUT, run -> {
                    run.write("in.txt", "made");
                    return new Exited(0);
                })
                .with(READ_INPUT, ContractScripts::readInput)
                .with(CHANGE_INPUT, run -> {
                    run.write("in.txt", run.read("in.txt").orElse("") + ", changed");
                    return new Exited(0);
                })
                .with(REMOVE_INPUT, run -> {
                    run.delete("in.txt");
                    return new Exited(0);
                });
    }

    private static Outcome readInput(ScriptRun run) {
        if (run.read("in.txt").isEmpty()) {
            run.stderr("cat: in.txt: No such file or directory\n");
            return new Exited(1);
        }
        run.stdout(run.read("in.txt").orElseThrow());
        return new Exited(0);
    }
}

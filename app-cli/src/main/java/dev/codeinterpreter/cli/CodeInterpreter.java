package dev.codeinterpreter.cli;

import dev.codeinterpreter.adapter.nsjail.NsjailSandboxes;
import dev.codeinterpreter.adapter.nsjail.NsjailSettings;
import dev.codeinterpreter.adapter.nsjail.PoolSettings;
import dev.codeinterpreter.core.failure.CodeInterpreterException;
import java.io.PrintWriter;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/** The command {@code code-interpreter}: parses the command line and hands over to one of its subcommands. */
@Command(
        name = "code-interpreter",
        description = "Runs untrusted code of 13 languages in sandboxes: on this machine, or as a server.",
        mixinStandardHelpOptions = true,
        versionProvider = CodeInterpreter.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeOnExecutionException = ExitStatus.INTERNAL,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:success; for run: what the program ended with",
            "1:doctor found something missing",
            "2:wrong usage or input",
            "3:not found",
            "4:not allowed, or not now",
            "5:sandbox, toolchain or target directory unavailable",
            "70:a bug"
        },
        subcommands = {RunCommand.class, LanguagesCommand.class, DoctorCommand.class, ServeCommand.class})
public final class CodeInterpreter {
    private CodeInterpreter() {}

    /** Runs the command line and ends the process with its status. */
    public static void main(String[] arguments) {
        System.exit(run(Streams.ofProcess(), new Nsjail(), arguments));
    }

    static int run(Streams streams, SandboxSource sandboxes, String... arguments) {
        PrintWriter out = streams.textOut();
        int status = new CommandLine(new CodeInterpreter(), new Factory(streams, sandboxes))
                .setOut(out)
                .setErr(streams.textErr())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((wrong, _) -> refuse(streams, wrong))
                .setExecutionExceptionHandler((failure, _, _) -> tell(streams, failure))
                .execute(arguments);
        out.flush();
        return status;
    }

    /** The version of this build; {@code development} when it does not run from its jar. */
    static String version() {
        return Optional.ofNullable(CodeInterpreter.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    /** Real sandboxes. */
    private static final class Nsjail implements SandboxSource {

        @Override
        public Sandboxes open() {
            return open(NsjailSettings.defaults().withPool(PoolSettings.DISABLED));
        }

        @Override
        public Sandboxes openAsServer() {
            return open(NsjailSettings.defaults());
        }

        private static Sandboxes open(NsjailSettings settings) {
            NsjailSandboxes sandboxes = NsjailSandboxes.open(settings);
            return new Sandboxes(sandboxes, sandboxes::close);
        }
    }

    private static int refuse(Streams streams, ParameterException wrong) {
        streams.say(String.valueOf(wrong.getMessage()));
        streams.say("try '" + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help'");
        return ExitStatus.USAGE;
    }

    private static int tell(Streams streams, Exception failure) {
        return switch (failure) {
            case LiveOutput.ReaderGone _ -> ExitStatus.BROKEN_PIPE;
            case CodeInterpreterException known -> {
                streams.say(known.reason());
                yield ExitStatus.of(known);
            }
            default -> {
                streams.say("this is a bug, please report it with what follows");
                LoggerFactory.getLogger(CodeInterpreter.class).error("Not foreseen", failure);
                yield ExitStatus.INTERNAL;
            }
        };
    }

    /** {@code --version}. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"code-interpreter " + version()};
        }
    }

    /** Makes the subcommands, with what they need handed to their constructors. */
    private record Factory(Streams streams, SandboxSource sandboxes) implements IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            if (type == RunCommand.class) {
                return type.cast(new RunCommand(streams, sandboxes));
            }
            if (type == LanguagesCommand.class) {
                return type.cast(new LanguagesCommand(streams, sandboxes));
            }
            if (type == DoctorCommand.class) {
                return type.cast(new DoctorCommand(streams, sandboxes));
            }
            return CommandLine.defaultFactory().create(type);
        }
    }
}

package dev.codeinterpreter.cli;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.execution.Artifact;
import dev.codeinterpreter.core.execution.ExecutionRequest;
import dev.codeinterpreter.core.execution.ExecutionResult;
import dev.codeinterpreter.core.execution.ExecutionSettings;
import dev.codeinterpreter.core.execution.OutputListener;
import dev.codeinterpreter.core.failure.CodeInterpreterException;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.file.FileSettings;
import dev.codeinterpreter.core.file.NewFile;
import dev.codeinterpreter.core.file.StoredContent;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Program;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import dev.codeinterpreter.core.session.Session;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code run}: one program in one sandbox, its streams joined to ours, its exit code ours. */
@Command(
        name = "run",
        description = "Runs a program in a sandbox. Its output, its input and its exit code are passed through.",
        mixinStandardHelpOptions = true,
        separator = " ",
        exitCodeOnExecutionException = ExitStatus.INTERNAL,
        footer = {
            "",
            "When the program was ended, the reason is on stderr and the exit code is that of a shell:",
            "124 time, 137 memory or output, 128 + n for signal n.",
            "",
            "Examples:",
            "  code-interpreter run hello.py",
            "  code-interpreter run sum.js -- 1 2 3",
            "  echo 'puts(\"hi\");' | code-interpreter run - --lang php",
            "  code-interpreter run report.py --file sales.csv --out results --timeout 30s"
        })
final class RunCommand implements Callable<Integer> {
    private static final String FROM_STDIN = "-";
    private static final int MAXIMUM_SOURCE_BYTES = 16 << 20;
    /** On a machine of one's own, files are bounded by the sandbox's disk and not by count. */
    private static final FileSettings FILES = new FileSettings(1L << 40, 10_000, 10_000);

    private final Streams streams;
    private final SandboxSource sandboxes;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "FILE", description = "The program; - reads it from stdin.")
    private String source = "";

    @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "Arguments of the program, after --.")
    private List<String> arguments = new ArrayList<>();

    @Option(
            names = {"-l", "--lang"},
            paramLabel = "LANG",
            description = "Its language; otherwise told by the file's extension.")
    private Optional<String> language = Optional.empty();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "PATH[=NAME]",
            converter = Mount.Converter.class,
            description = "A file the program shall find in its working directory. May be repeated.")
    private List<Mount> mounts = new ArrayList<>();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            description = "Where to save the files the program makes or changes.")
    private Optional<Path> target = Optional.empty();

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            converter = TimeLimit.class,
            description = "How long it may run: 500ms, 2s, 1m. Default: 2m.")
    private Duration timeout = ExecutionSettings.DEFAULT.maximumWallTime();

    @Option(
            names = {"-m", "--memory"},
            paramLabel = "SIZE",
            converter = MemorySize.class,
            description = "How much memory it may use: 256m, 1g. Default: 512m, more for some languages.")
    private Optional<Long> memory = Optional.empty();

    @Option(
            names = "--json",
            description = "Prints the whole result as JSON at the end instead of passing the streams through.")
    private boolean json;

    RunCommand(Streams streams, SandboxSource sandboxes) {
        this.streams = streams;
        this.sandboxes = sandboxes;
    }

    @Override
    public Integer call() throws IOException {
        Program program = new Program(readSource(), arguments, input());
        ExecutionRequest request = ExecutionRequest.of(chosenLanguage(), program.source())
                .withProgram(program)
                .withTimeLimit(timeout);
        if (memory.isPresent()) {
            request = request.withMemoryBytes(memory.get());
        }
        Optional<OutputDirectory> directory = openTarget();
        try (Interruption _ = Interruption.ofCurrentThread();
                Workbench workbench = Workbench.open(sandboxes, settings(), FILES)) {
            return run(workbench, request.withFiles(upload(workbench)), directory);
        }
    }

    private int run(Workbench workbench, ExecutionRequest request, Optional<OutputDirectory> directory) {
        OutputListener output = json ? OutputListener.NONE : new LiveOutput(streams);
        ExecutionResult result = workbench.executions().execute(request, output);
        if (json) {
            ResultJson.of(request.language(), result).printTo(streams.textOut());
        } else {
            result.notices().forEach(streams::say);
        }
        int status = result.outcome().shellStatus();
        boolean saved = save(workbench, result, directory);
        return saved || status != ExitStatus.OK ? status : ExitStatus.UNAVAILABLE;
    }

    /** The limits asked for are this machine's limits: whoever runs the command owns it. */
    private ExecutionSettings settings() {
        ExecutionSettings settings = ExecutionSettings.DEFAULT.withMaximumWallTime(timeout);
        return memory.isPresent() ? settings.withLimits(settings.limits().withMemoryBytes(memory.get())) : settings;
    }

    private Language chosenLanguage() {
        if (language.isPresent()) {
            return Language.parse(language.get());
        }
        return Language.ofFileName(source)
                .orElseThrow(() -> usage(
                        source.equals(FROM_STDIN)
                                ? "--lang is needed for a program from stdin"
                                : "the extension of '" + source + "' tells no language, name one with --lang"));
    }

    private ProgramInput input() {
        return source.equals(FROM_STDIN) ? ProgramInput.empty() : ProgramInput.of(streams.in());
    }

    private String readSource() {
        try {
            byte[] bytes;
            if (source.equals(FROM_STDIN)) {
                bytes = streams.in().readNBytes(MAXIMUM_SOURCE_BYTES + 1);
            } else {
                try (InputStream file = Files.newInputStream(Path.of(source))) {
                    bytes = file.readNBytes(MAXIMUM_SOURCE_BYTES + 1);
                }
            }
            if (bytes.length > MAXIMUM_SOURCE_BYTES) {
                throw usage("'" + source + "' is larger than " + (MAXIMUM_SOURCE_BYTES >> 20) + " MiB");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notText) {
            throw usage("'" + source + "' is not UTF-8 text");
        } catch (IOException unreadable) {
            throw usage(problem(source, unreadable));
        }
    }

    private List<FileReference> upload(Workbench workbench) throws IOException {
        if (mounts.isEmpty()) {
            return List.of();
        }
        Session session = workbench.sessions().create(Caller.LOCAL, Optional.empty());
        List<FileReference> references = new ArrayList<>();
        for (Mount mount : mounts) {
            try (InputStream content = open(mount.path())) {
                references.add(
                        FileReference.to(workbench.files().upload(session, NewFile.named(mount.name()), content)));
            }
        }
        return references;
    }

    private InputStream open(Path path) {
        try {
            if (Files.isDirectory(path)) {
                throw usage("--file '" + path + "' is a directory");
            }
            return Files.newInputStream(path);
        } catch (IOException unreadable) {
            throw usage("--file " + problem(path.toString(), unreadable));
        }
    }

    private Optional<OutputDirectory> openTarget() {
        if (target.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(OutputDirectory.open(target.get()));
        } catch (IOException unusable) {
            throw usage(
                    "--out '" + target.get() + "' is not a directory and cannot be made one: " + unusable.getMessage());
        }
    }

    /** Saves each file it can; gives whether that was all of them. */
    private boolean save(Workbench workbench, ExecutionResult result, Optional<OutputDirectory> directory) {
        List<Artifact> made = result.files().stream()
                .filter(artifact -> artifact.change() != Artifact.Change.INHERITED)
                .toList();
        if (directory.isEmpty()) {
            if (!made.isEmpty() && !json) {
                streams.say("the program left files, save them with --out DIR: " + names(made));
            }
            return true;
        }
        boolean all = result.artifactReport().failed().isEmpty();
        for (Artifact artifact : made) {
            try (StoredContent file = workbench.files().open(Caller.LOCAL, artifact.session(), artifact.id())) {
                directory.get().save(artifact.name(), file.content());
            } catch (IOException | CodeInterpreterException failure) {
                streams.say("'" + artifact.name() + "' was not saved: " + failure.getMessage());
                all = false;
            }
        }
        return all;
    }

    private static String names(List<Artifact> artifacts) {
        int shown = 5;
        String names = artifacts.stream()
                .limit(shown)
                .map(artifact -> artifact.name().value())
                .collect(Collectors.joining(", "));
        return artifacts.size() <= shown ? names : names + " and " + (artifacts.size() - shown) + " more";
    }

    private static String problem(String path, IOException failure) {
        return "'" + path + "' cannot be read: "
                + (failure instanceof NoSuchFileException ? "there is no such file" : failure.getMessage());
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}

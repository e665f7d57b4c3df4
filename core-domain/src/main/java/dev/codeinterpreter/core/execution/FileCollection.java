package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.execution.Artifact.Change;
import dev.codeinterpreter.core.execution.ArtifactReport.Reason;
import dev.codeinterpreter.core.execution.ArtifactReport.Skipped;
import dev.codeinterpreter.core.failure.NotFoundException;
import dev.codeinterpreter.core.failure.SandboxLostException;
import dev.codeinterpreter.core.failure.TooLargeException;
import dev.codeinterpreter.core.failure.UnavailableException;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.file.FileService;
import dev.codeinterpreter.core.file.FileSettings;
import dev.codeinterpreter.core.file.MountedFile;
import dev.codeinterpreter.core.file.StoredFile;
import dev.codeinterpreter.core.sandbox.Sandbox;
import dev.codeinterpreter.core.sandbox.SandboxFile;
import dev.codeinterpreter.core.session.Session;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Goes through what one program left in its working directory and stores what is new. Serves one execution, on its thread. The
 * program has run, so nothing that fails here is thrown: it becomes a notice.
 */
final class FileCollection {

    private static final String CANCELLED = "the execution was cancelled";

    private final FileService service;
    private final Session session;
    private final int held;
    private final Sandbox sandbox;
    private final Map<FileName, MountedFile> inputs = new LinkedHashMap<>();

    private final List<Artifact> inherited = new ArrayList<>();
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<Artifact> delivered = new ArrayList<>();
    private final List<StoredFile> stored = new ArrayList<>();
    private final List<Skipped> skipped = new ArrayList<>();
    private final List<FileName> failed = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();

    /** Why no further file can be had or stored; null while they can. */
    private @Nullable String obstacle;

    /** A file that is to be stored. */
    private record Candidate(FileName name, long size, Change change, Optional<FileReference> origin) {}

    /**
     * @param held how many files the session holds already
     * @param mounted the inputs that were put into the sandbox
     */
    FileCollection(FileService service, Session session, int held, Sandbox sandbox, List<MountedFile> mounted) {
        this.service = service;
        this.session = session;
        this.held = held;
        this.sandbox = sandbox;
        for (MountedFile input : mounted) {
            inputs.put(input.name(), input);
        }
    }

    CollectedFiles collect() {
        List<SandboxFile> left;
        try {
            left = sandbox.files();
        } catch (SandboxLostException lost) {
            return new CollectedFiles(
                    List.of(),
                    List.of(),
                    ArtifactReport.EMPTY,
                    List.of("The files of this run could not be collected: " + lost.reason()));
        }
        classify(left);
        store(selected());
        list();
        report();
        List<Artifact> files = new ArrayList<>(delivered);
        files.addAll(inherited);
        return new CollectedFiles(
                files, deletedAmong(left), new ArtifactReport(delivered.size(), failed, skipped), notices);
    }

    private void classify(List<SandboxFile> left) {
        OutputRules rules = new OutputRules(inputs.keySet());
        inputs.values().stream().filter(input -> input.stored().readOnly()).forEach(this::inherit);
        left.stream()
                .filter(file -> rules.isResult(file.name()))
                .sorted(Comparator.comparing(SandboxFile::name))
                .forEach(this::classify);
        inherited.sort(Comparator.comparing(Artifact::name));
    }

    private void classify(SandboxFile file) {
        MountedFile input = inputs.get(file.name());
        if (input == null) {
            candidates.add(new Candidate(file.name(), file.size(), Change.GENERATED, Optional.empty()));
        } else if (!input.stored().readOnly()) {
            classifyInput(file, input);
        }
    }

    private void classifyInput(SandboxFile file, MountedFile input) {
        if (file.untouched()) {
            inherit(input);
            return;
        }
        attempt(file.name(), () -> {
            if (hasContentOf(file, input.stored())) {
                inherit(input);
            } else {
                candidates.add(new Candidate(file.name(), file.size(), Change.MODIFIED, Optional.of(input.origin())));
            }
        });
    }

    /** Only what the caller named is told back to it. */
    private void inherit(MountedFile input) {
        if (input.reference().isPresent()) {
            StoredFile file = input.stored();
            inherited.add(new Artifact(
                    file.id(), file.session(), input.name(), file.size(), Change.INHERITED, input.reference()));
        }
    }

    private boolean hasContentOf(SandboxFile file, StoredFile input) throws IOException {
        if (file.size() != input.size()) {
            return false;
        }
        MessageDigest digest = sha256();
        sandbox.fetch(file.name(), input.size(), new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        return HexFormat.of().formatHex(digest.digest()).equals(input.sha256());
    }

    private List<Candidate> selected() {
        FileSettings settings = service.settings();
        int room = Math.clamp(settings.maximumFilesPerSession() - (long) held, 0, settings.maximumArtifacts());
        List<Candidate> selected = new ArrayList<>();
        for (Candidate candidate : candidates) {
            if (candidate.size() > settings.maximumFileBytes()) {
                skipped.add(new Skipped(candidate.name(), Reason.TOO_LARGE));
            } else if (selected.size() == room) {
                skipped.add(new Skipped(candidate.name(), Reason.TOO_MANY));
            } else {
                selected.add(candidate);
            }
        }
        return selected;
    }

    private void store(List<Candidate> selected) {
        for (Candidate candidate : selected) {
            attempt(candidate.name(), () -> {
                StoredFile file = service.writeOutput(
                        session,
                        candidate.name(),
                        target -> sandbox.fetch(
                                candidate.name(), service.settings().maximumFileBytes(), target));
                stored.add(file);
                delivered.add(new Artifact(
                        file.id(), file.session(), file.name(), file.size(), candidate.change(), candidate.origin()));
            });
        }
    }

    /** Nobody waits for the answer to a cancelled execution, so a store is not asked any more. */
    private void list() {
        if (stored.isEmpty()) {
            return;
        }
        if (Thread.currentThread().isInterrupted()) {
            obstacle = CANCELLED;
        } else {
            try {
                service.add(session, stored);
                return;
            } catch (UnavailableException | NotFoundException failure) {
                obstacle = failure.reason();
            }
        }
        stored.forEach(file -> failed.add(file.name()));
        delivered.clear();
    }

    /** Does something with one file. When it fails for a reason that others have in common, these are not tried any more. */
    private void attempt(FileName name, FileAction action) {
        if (obstacle != null) {
            failed.add(name);
            return;
        }
        try {
            action.run();
        } catch (TooLargeException tooLarge) {
            skipped.add(new Skipped(name, Reason.TOO_LARGE));
        } catch (NotFoundException gone) {
            failed.add(name);
        } catch (SandboxLostException | UnavailableException common) {
            obstacle = common.reason();
            failed.add(name);
        } catch (IOException broken) {
            obstacle = "the transfer from the sandbox broke off";
            failed.add(name);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            obstacle = CANCELLED;
            failed.add(name);
        }
    }

    @FunctionalInterface
    private interface FileAction {
        void run() throws IOException, InterruptedException;
    }

    private void report() {
        FileSettings settings = service.settings();
        notice(
                skippedFor(Reason.TOO_LARGE),
                "not returned because larger than " + OutcomeText.mebibytes(settings.maximumFileBytes()));
        notice(
                skippedFor(Reason.TOO_MANY),
                settings.maximumFilesPerSession() - held < settings.maximumArtifacts()
                        ? "not returned because a session holds at most " + settings.maximumFilesPerSession() + " files"
                        : "not returned because an execution returns at most " + settings.maximumArtifacts());
        notice(failed, obstacle == null ? "could not be stored" : "could not be stored (" + obstacle + ")");
    }

    private void notice(List<FileName> names, String what) {
        if (!names.isEmpty()) {
            notices.add(FileNotice.of(names, what));
        }
    }

    private List<FileName> skippedFor(Reason reason) {
        return skipped.stream()
                .filter(file -> file.reason() == reason)
                .map(Skipped::name)
                .toList();
    }

    private List<FileName> deletedAmong(List<SandboxFile> left) {
        Set<FileName> names = left.stream().map(SandboxFile::name).collect(Collectors.toSet());
        return inputs.values().stream()
                .filter(input -> !input.stored().readOnly())
                .map(MountedFile::name)
                .filter(name -> !names.contains(name))
                .sorted()
                .toList();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}

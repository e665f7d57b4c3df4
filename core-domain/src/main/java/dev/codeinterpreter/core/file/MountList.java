package dev.codeinterpreter.core.file;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The files a program finds, each name once and no file below another one.
 *
 * @param files in the order they were named, those of the session last
 * @param skipped references that name nothing this caller can read: missing, expired or somebody else's
 * @param held how many files the continued session holds, superseded versions included; 0 when none is continued
 */
public record MountList(List<MountedFile> files, List<FileReference> skipped, int held) {

    public MountList {
        files = List.copyOf(files);
        skipped = List.copyOf(skipped);
    }

    /**
     * Puts together what was named and what is there anyway. What was named wins over the session's files, and among these a
     * newer one wins over an older one, both where two have one name and where one would have to be a directory for the other.
     *
     * @param named in the order of the request; of one name the last is taken
     * @param session the files of the continued session, oldest first
     * @throws InvalidRequestException field {@code files}, code {@code conflicting_names}, when of two named files one would have
     *     to be a directory for the other
     */
    static MountList of(List<MountedFile> named, List<StoredFile> session, List<FileReference> skipped) {
        Map<FileName, MountedFile> taken = new LinkedHashMap<>();
        Set<String> directories = new HashSet<>();
        SequencedMap<FileName, MountedFile> lastOfName = new LinkedHashMap<>();
        for (MountedFile file : named) {
            lastOfName.put(file.name(), file);
        }
        for (MountedFile file : lastOfName.values()) {
            take(file, taken, directories);
        }
        for (MountedFile file : taken.values()) {
            refuseIfDirectory(file.name(), taken, directories);
        }
        for (StoredFile stored : session.reversed()) {
            MountedFile file = new MountedFile(stored.name(), stored, Optional.empty());
            if (isFree(file.name(), taken, directories)) {
                take(file, taken, directories);
            }
        }
        return new MountList(List.copyOf(taken.values()), skipped, session.size());
    }

    private static void take(MountedFile file, Map<FileName, MountedFile> taken, Set<String> directories) {
        taken.put(file.name(), file);
        directories.addAll(directoriesOf(file.name()));
    }

    private static boolean isFree(FileName name, Map<FileName, MountedFile> taken, Set<String> directories) {
        return !taken.containsKey(name)
                && !directories.contains(name.value())
                && directoriesOf(name).stream().noneMatch(directory -> taken.containsKey(new FileName(directory)));
    }

    private static void refuseIfDirectory(FileName name, Map<FileName, MountedFile> taken, Set<String> directories) {
        if (directories.contains(name.value())) {
            FileName below = taken.keySet().stream()
                    .filter(other -> directoriesOf(other).contains(name.value()))
                    .findFirst()
                    .orElseThrow();
            throw new InvalidRequestException(
                    "files",
                    "conflicting_names",
                    "files: '" + name + "' cannot be a file and the directory of '" + below + "' at once");
        }
    }

    /** {@code a} and {@code a/b} for {@code a/b/c}. */
    private static List<String> directoriesOf(FileName name) {
        List<String> directories = new ArrayList<>();
        String path = name.value();
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            directories.add(path.substring(0, slash));
        }
        return directories;
    }
}

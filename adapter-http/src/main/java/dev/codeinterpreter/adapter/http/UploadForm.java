package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileScope;
import dev.codeinterpreter.core.file.NewFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The fields of an upload that are no files. They may come before, between and after these. Not safe for use by many threads. */
final class UploadForm {

    private static final Set<String> KNOWN = Set.of("kind", "id", "version", "read_only", "entity_id");
    private static final Set<String> YES = Set.of("true", "1", "yes");
    private static final int LONGEST_VALUE = 1024;

    private final Map<String, String> values = new HashMap<>();

    /**
     * Takes the field of {@code part}, or passes over one of an unknown name.
     *
     * @throws InvalidRequestException with the name of the field, code {@code string_too_long}
     */
    void take(MultipartReader.Part part) throws IOException {
        if (!KNOWN.contains(part.name())) {
            return;
        }
        byte[] value = part.content().readNBytes(LONGEST_VALUE + 1);
        if (value.length > LONGEST_VALUE) {
            throw new InvalidRequestException(
                    part.name(), "string_too_long", part.name() + " must have at most " + LONGEST_VALUE + " bytes");
        }
        values.put(part.name(), new String(value, StandardCharsets.UTF_8).strip());
    }

    FileScope scope() {
        return new FileScope(value("kind"), value("id"), value("version"), value("entity_id"));
    }

    /** Files of a skill are read-only whether the client says so or not. */
    boolean readOnly() {
        return value("kind").filter("skill"::equals).isPresent()
                || value("read_only")
                        .map(text -> text.toLowerCase(Locale.ROOT))
                        .filter(YES::contains)
                        .isPresent();
    }

    Optional<String> entity() {
        return value("entity_id");
    }

    NewFile file(FileName name) {
        return new NewFile(name, scope(), readOnly());
    }

    private Optional<String> value(String name) {
        return Optional.ofNullable(values.get(name)).filter(text -> !text.isEmpty());
    }
}

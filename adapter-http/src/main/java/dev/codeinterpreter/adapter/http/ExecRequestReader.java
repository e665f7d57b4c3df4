package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.execution.ExecutionRequest;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.file.FileName;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.file.FileScope;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.session.SessionId;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Makes an {@link ExecutionRequest} of a JSON body. Strict where the program would not be the one that was meant (language, code,
 * file names), lenient everywhere else: clients of all ages leak members of their own and send hints that mean nothing to us.
 */
final class ExecRequestReader {

    private static final Logger LOG = LoggerFactory.getLogger(ExecRequestReader.class);

    private static final Pattern ENTITY = Pattern.compile("[A-Za-z0-9_-]{1,40}");
    private static final int MOST_FILES = 1000;
    private static final BigDecimal SHORTEST_TIMEOUT = BigDecimal.valueOf(1000);
    private static final BigDecimal LONGEST_TIMEOUT =
            BigDecimal.valueOf(Duration.ofDays(1).toMillis());

    private ExecRequestReader() {}

    /**
     * The request in {@code body}.
     *
     * @param requestId for the log
     * @throws InvalidRequestException naming the first member that is wrong
     */
    static ExecutionRequest read(JsonNode body, Caller caller, String requestId) {
        JsonFields fields = JsonFields.of("body", "", body);
        Language language = Language.parse(fields.text("lang"));
        ExecutionRequest request = ExecutionRequest.of(language, fields.text("code"))
                .withCaller(new Caller(caller.owner(), caller.user().or(() -> fields.hint("user_id"))))
                .withArguments(arguments(fields))
                .withFiles(files(fields, requestId));
        Optional<SessionId> session = fields.optionalText("session_id").flatMap(ExecRequestReader::session);
        if (session.isPresent()) {
            request = request.withSession(session.get());
        }
        Optional<Duration> timeout = fields.member("timeout").map(ExecRequestReader::timeout);
        if (timeout.isPresent()) {
            request = request.withTimeLimit(timeout.get());
        }
        Optional<String> entity =
                fields.hint("entity_id").filter(text -> ENTITY.matcher(text).matches());
        return entity.isPresent() ? request.withEntity(entity.get()) : request;
    }

    /** A list gives its elements, anything else one argument; what is no text becomes its JSON. */
    private static List<String> arguments(JsonFields fields) {
        Optional<JsonNode> member = fields.member("args");
        if (member.isEmpty()) {
            return List.of();
        }
        JsonNode args = member.get();
        if (!args.isArray()) {
            String argument = argument("args", args);
            return argument.isBlank() ? List.of() : List.of(argument);
        }
        List<String> arguments = new ArrayList<>();
        for (JsonNode element : args.values()) {
            if (!element.isNull()) {
                arguments.add(argument("args[" + arguments.size() + "]", element));
            }
        }
        return arguments;
    }

    private static String argument(String field, JsonNode node) {
        return JsonFields.encodable(field, node.isString() ? node.stringValue() : node.toString());
    }

    /** Milliseconds, as a number or as text, rounded and moved into the range; the service has its own upper limit. */
    private static Duration timeout(JsonNode node) {
        BigDecimal milliseconds;
        if (node.isNumber() && Double.isFinite(node.doubleValue(Double.NaN))) {
            milliseconds = node.decimalValue();
        } else if (node.isString()) {
            milliseconds = parse(node);
        } else {
            throw JsonFields.wrongType("timeout", "int_type", "a number of milliseconds", node);
        }
        return Duration.ofMillis(milliseconds
                .max(SHORTEST_TIMEOUT)
                .min(LONGEST_TIMEOUT)
                .setScale(0, RoundingMode.HALF_UP)
                .longValueExact());
    }

    private static BigDecimal parse(JsonNode node) {
        try {
            return new BigDecimal(node.stringValue().strip());
        } catch (NumberFormatException notANumber) {
            throw JsonFields.wrongType("timeout", "int_parsing", "a number of milliseconds", node);
        }
    }

    private static Optional<SessionId> session(String text) {
        try {
            return Optional.of(new SessionId(text));
        } catch (InvalidRequestException neverOneOfOurs) {
            return Optional.empty();
        }
    }

    private static List<FileReference> files(JsonFields fields, String requestId) {
        List<JsonNode> list = fields.list("files");
        if (list.size() > MOST_FILES) {
            throw new InvalidRequestException(
                    "files", "too_long", "files has " + list.size() + " items; at most " + MOST_FILES + " are mounted");
        }
        List<FileReference> references = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            String field = "files[" + i + "]";
            Optional<FileReference> reference = file(JsonFields.of(field, field + ".", list.get(i)));
            if (reference.isPresent()) {
                references.add(reference.get());
            } else {
                LOG.warn("request {}: {} names no stored file and is skipped", requestId, field);
            }
        }
        return references;
    }

    /** The file of a reference in its new or its old form; empty when it names none that could exist. */
    private static Optional<FileReference> file(JsonFields fields) {
        Optional<FileName> name = fields.optionalText("name")
                .filter(text -> !text.isEmpty())
                .map(text -> FileName.parse(fields.path() + "name", text));
        Optional<SessionId> session = fields.optionalText("storage_session_id")
                .filter(text -> !text.isEmpty())
                .or(() -> fields.optionalText("session_id"))
                .flatMap(ExecRequestReader::session);
        Optional<FileId> id = fields.optionalText("id").flatMap(ExecRequestReader::fileId);
        if (session.isEmpty() || id.isEmpty()) {
            return Optional.empty();
        }
        FileScope scope = new FileScope(
                fields.hint("kind"), fields.hint("resource_id"), fields.hint("version"), fields.hint("entity_id"));
        return Optional.of(new FileReference(session.get(), id.get(), name, scope));
    }

    private static Optional<FileId> fileId(String text) {
        try {
            return Optional.of(new FileId(text));
        } catch (InvalidRequestException neverOneOfOurs) {
            return Optional.empty();
        }
    }
}

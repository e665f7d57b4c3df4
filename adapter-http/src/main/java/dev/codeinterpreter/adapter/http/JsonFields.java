package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The members of a JSON object from a client, taken one by one. A member that is {@code null} is absent; members that nobody
 * asks for are passed over.
 *
 * @param path what stands before the names in messages: {@code files[2].}, or nothing
 */
record JsonFields(JsonNode object, String path) {

    private static final Pattern UNPAIRED_SURROGATE =
            Pattern.compile("[\\uD800-\\uDBFF](?![\\uDC00-\\uDFFF])|(?<![\\uD800-\\uDBFF])[\\uDC00-\\uDFFF]");
    private static final int LONGEST_HINT = 256;

    /**
     * The members of {@code node}.
     *
     * @param field what the client called it, for the message
     * @throws InvalidRequestException code {@code model_attributes_type}, when it is no object
     */
    static JsonFields of(String field, String path, JsonNode node) {
        if (!node.isObject()) {
            throw wrongType(field, "model_attributes_type", "an object", node);
        }
        return new JsonFields(node, path);
    }

    Optional<JsonNode> member(String name) {
        return Optional.ofNullable(object.get(name)).filter(node -> !node.isNull());
    }

    /** @throws InvalidRequestException code {@code missing} or {@code string_type}, when there is no such text */
    String text(String name) {
        return optionalText(name)
                .orElseThrow(() ->
                        new InvalidRequestException(path + name, "missing", path + name + " is required: a string"));
    }

    /** @throws InvalidRequestException code {@code string_type}, when there is something, but no text */
    Optional<String> optionalText(String name) {
        return member(name).map(node -> {
            if (!node.isString()) {
                throw wrongType(path + name, "string_type", "a string", node);
            }
            return encodable(path + name, node.stringValue());
        });
    }

    /** The text or number of a member that must never be a reason to refuse; empty when it is anything else, blank or long. */
    Optional<String> hint(String name) {
        return member(name)
                .filter(node -> node.isString() || node.isNumber())
                .map(JsonNode::asString)
                .filter(text -> !text.isBlank() && text.length() <= LONGEST_HINT)
                .filter(JsonFields::isEncodable);
    }

    /** @throws InvalidRequestException code {@code list_type}, when there is something, but no list */
    List<JsonNode> list(String name) {
        return member(name)
                .map(node -> {
                    if (!node.isArray()) {
                        throw wrongType(path + name, "list_type", "a list", node);
                    }
                    return List.copyOf(node.values());
                })
                .orElse(List.of());
    }

    /**
     * Checks that a text can be written as UTF-8.
     *
     * @throws InvalidRequestException code {@code invalid_unicode}, when it cannot
     */
    static String encodable(String field, String text) {
        if (!isEncodable(text)) {
            throw new InvalidRequestException(
                    field, "invalid_unicode", field + " contains an unpaired surrogate, which is no character");
        }
        return text;
    }

    static InvalidRequestException wrongType(String field, String code, String expected, JsonNode actual) {
        return new InvalidRequestException(field, code, field + " must be " + expected + ", it is " + nameOf(actual));
    }

    private static boolean isEncodable(String text) {
        return !UNPAIRED_SURROGATE.matcher(text).find();
    }

    private static String nameOf(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT, POJO -> "an object";
            case BOOLEAN -> "a boolean";
            case NUMBER -> "a number";
            case STRING, BINARY -> "a string";
            case NULL, MISSING -> "null";
        };
    }
}

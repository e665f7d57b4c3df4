package dev.codeinterpreter.adapter.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** How JSON is read and written here: snake case unless a name says otherwise, members in the order of the records, no nulls. */
final class Json {

    static final String MEDIA_TYPE = "application/json";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_ABSENT))
            .build();

    private static final DateTimeFormatter MILLISECONDS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Json() {}

    static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /** The instant as clients expect it: UTC, always three digits of a second. */
    static String time(Instant instant) {
        return MILLISECONDS.format(instant);
    }

    /**
     * The whole of {@code body} as one JSON value.
     *
     * @throws InvalidRequestException field {@code body}, code {@code json_invalid}, when it is not exactly that
     * @throws IOException when reading {@code body} failed, with that failure as it was
     */
    static JsonNode read(InputStream body) throws IOException {
        try {
            JsonNode tree = MAPPER.readTree(body);
            if (tree.isMissingNode()) {
                throw new InvalidRequestException(
                        "body", "json_invalid", "The body is empty; it must be a JSON object");
            }
            return tree;
        } catch (JacksonIOException unread) {
            throw unread.getCause();
        } catch (StreamConstraintsException extreme) {
            throw new InvalidRequestException(
                    "body", "json_invalid", "The body is nested too deeply or has a number or name that is too long");
        } catch (JacksonException invalid) {
            throw new InvalidRequestException("body", "json_invalid", "The body is not JSON" + where(invalid));
        }
    }

    private static String where(JacksonException invalid) {
        TokenStreamLocation location = invalid.getLocation();
        return location == null ? "" : ": line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
}

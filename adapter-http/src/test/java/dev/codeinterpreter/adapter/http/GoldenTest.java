package dev.codeinterpreter.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.execution.Outcome;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Conversations in {@code src/test/resources/golden}, one file each: a list of requests and their answers, in full. They are also
 * the documentation by example. A text such as <code>{session}</code> stands for an id: where it first comes up in an answer it
 * takes any id of ours, afterwards the same one. Programs are scripts of {@link #programs}, under their source text.
 */
final class GoldenTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z][a-z0-9]*)}");
    private static final String ID = "[A-Za-z0-9_-]{21}";

    private final Map<String, String> ids = new HashMap<>();

    static Stream<String> conversations() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void conversation_isAnsweredAsWritten(String name) throws IOException {
        JsonNode conversation = TestServer.json(Files.readString(GOLDEN.resolve(name)));
        assertThat(conversation.size()).isPositive();
        try (TestServer server = TestServer.start()) {
            programs(server);
            for (JsonNode step : conversation.values()) {
                TestServer.Answer answer = server.send(request(server, step.get("request")));
                check(answer, step.get("answer"));
            }
        }
    }

    private static void programs(TestServer server) {
        server.sandboxes
                .with("print(6 * 7)", run -> {
                    run.stdout("42\n");
                    return new Outcome.Exited(0);
                })
                .with("print(x)", run -> {
                    run.stderr("NameError: name 'x' is not defined\n");
                    return new Outcome.Exited(1);
                })
                .with("while True: pass", _ -> new Outcome.TimedOut(Duration.ofSeconds(2)))
                .with("x = 'a' * 10**12", _ -> new Outcome.MemoryExceeded(512 << 20, OptionalLong.empty()))
                .with("print(open('sales.csv').read())", run -> {
                    run.stdout(run.read("sales.csv").orElse("") + "\n");
                    return new Outcome.Exited(0);
                })
                .with("open('sales.csv', 'a').write('3,4')", run -> {
                    run.write("sales.csv", run.read("sales.csv").orElse("") + "3,4");
                    return new Outcome.Exited(0);
                })
                .with("os.remove('sales.csv')", run -> {
                    run.delete("sales.csv");
                    return new Outcome.Exited(0);
                })
                .with("plt.savefig('charts/p.png')", run -> {
                    run.write("charts/p.png", "PNG");
                    return new Outcome.Exited(0);
                });
    }

    private HttpRequest.Builder request(TestServer server, JsonNode request) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(server.uri(filled(request.get("path").stringValue())));
        for (Map.Entry<String, JsonNode> header : request.path("headers").properties()) {
            builder.header(header.getKey(), header.getValue().stringValue());
        }
        return builder.method(request.get("method").stringValue(), body(builder, request));
    }

    private HttpRequest.BodyPublisher body(HttpRequest.Builder builder, JsonNode request) {
        if (request.has("form")) {
            Form form = new Form();
            for (JsonNode part : request.get("form").values()) {
                String name = part.get("name").stringValue();
                if (part.has("filename")) {
                    form.file(
                            name,
                            part.get("filename").stringValue(),
                            part.get("content").stringValue());
                } else {
                    form.field(name, part.get("value").stringValue());
                }
            }
            builder.header("Content-Type", form.contentType());
            return BodyPublishers.ofByteArray(form.bytes());
        }
        return Optional.ofNullable(request.get("body"))
                .map(body -> BodyPublishers.ofString(filled(body.isString() ? body.stringValue() : body.toString())))
                .orElse(BodyPublishers.noBody());
    }

    private void check(TestServer.Answer answer, JsonNode expected) {
        assertThat(answer.status())
                .as(answer.text())
                .isEqualTo(expected.get("status").intValue());
        for (Map.Entry<String, JsonNode> header : expected.path("headers").properties()) {
            assertThat(answer.header(header.getKey()))
                    .as(header.getKey())
                    .isEqualTo(header.getValue().stringValue());
        }
        JsonNode body = expected.get("body");
        if (body.isString()) {
            assertThat(answer.text()).isEqualTo(body.stringValue());
        } else {
            check("body", answer.json(), body);
        }
    }

    private void check(String where, JsonNode actual, JsonNode expected) {
        if (expected.isObject() && actual.isObject()) {
            assertThat(actual.propertyNames()).as(where).containsExactlyElementsOf(expected.propertyNames());
            expected.properties()
                    .forEach(member ->
                            check(where + "." + member.getKey(), actual.get(member.getKey()), member.getValue()));
        } else if (expected.isArray() && actual.isArray()) {
            assertThat(actual.size()).as(where).isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                check(where + "[" + i + "]", actual.get(i), expected.get(i));
            }
        } else if (expected.isString() && actual.isString()) {
            checkText(where, actual.stringValue(), expected.stringValue());
        } else {
            assertThat(actual).as(where).isEqualTo(expected);
        }
    }

    private void checkText(String where, String actual, String expected) {
        StringBuilder pattern = new StringBuilder();
        Matcher placeholder = PLACEHOLDER.matcher(expected);
        int last = 0;
        while (placeholder.find()) {
            String name = placeholder.group(1);
            pattern.append(Pattern.quote(expected.substring(last, placeholder.start())));
            String known = ids.get(name);
            pattern.append(known == null ? "(?<" + name + ">" + ID + ")" : Pattern.quote(known));
            last = placeholder.end();
        }
        pattern.append(Pattern.quote(expected.substring(last)));
        Matcher matcher = Pattern.compile(pattern.toString()).matcher(actual);
        assertThat(matcher.matches())
                .as("%s: '%s' is not '%s' with %s", where, actual, expected, ids)
                .isTrue();
        matcher.namedGroups().keySet().forEach(name -> ids.put(name, matcher.group(name)));
    }

    private String filled(String text) {
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(ids.getOrDefault(match.group(1), match.group())));
    }
}

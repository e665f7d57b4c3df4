package dev.codeinterpreter.core.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.execution.ExecutionId;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.file.FileId;
import dev.codeinterpreter.core.session.SessionId;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IdentifiersTest {

    @Test
    void random_manyTimes_hasTheShapeClientsCheckFor() {
        assertThat(Stream.generate(Identifiers::random).limit(1000))
                .allMatch(id -> id.matches("[A-Za-z0-9_-]{21}"))
                .doesNotHaveDuplicates();
    }

    @Test
    void random_manyTimes_usesTheWholeAlphabet() {
        String all = Stream.generate(Identifiers::random).limit(500).collect(Collectors.joining());

        assertThat(all.chars().distinct().count()).isEqualTo(64);
    }

    @Test
    void random_manyTimes_isAcceptable() {
        assertThat(Stream.generate(Identifiers::random).limit(1000))
                .allSatisfy(id ->
                        assertThat(Identifiers.requireAcceptable("id", id)).isEqualTo(id));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a", "-", "_", "a.b", "a..b", "0123456789012345678901234567890123456789012345678901234567890123"
            })
    void requireAcceptable_otherShapes_areLetThrough(String id) {
        assertThat(Identifiers.requireAcceptable("id", id)).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                ".hidden",
                "a/b",
                "a b",
                "a\n",
                "\na",
                "a\0",
                "ä",
                "a:b",
                "*",
                "01234567890123456789012345678901234567890123456789012345678901234"
            })
    void requireAcceptable_badCharacters_refusedWithTheFieldsName(String id) {
        assertThatThrownBy(() -> Identifiers.requireAcceptable("file_id", id))
                .isInstanceOfSatisfying(InvalidRequestException.class, refusal -> {
                    assertThat(refusal.field()).isEqualTo("file_id");
                    assertThat(refusal.code()).isEqualTo("invalid_id");
                });
    }

    @Test
    void ids_badCharacters_areRefusedUnderTheirOwnNames() {
        assertThatThrownBy(() -> new SessionId("a/b")).hasMessageContaining("session_id");
        assertThatThrownBy(() -> new FileId("a/b")).hasMessageContaining("file_id");
        assertThatThrownBy(() -> new ExecutionId("a/b")).hasMessageContaining("execution_id");
    }

    @Test
    void ids_toString_isTheValue() {
        assertThat(new SessionId("s-1")).hasToString("s-1");
        assertThat(new FileId("f-1")).hasToString("f-1");
        assertThat(new ExecutionId("e-1")).hasToString("e-1");
    }

    @Test
    void ids_random_differ() {
        assertThat(IntStream.range(0, 100).mapToObj(i -> SessionId.random())).doesNotHaveDuplicates();
        assertThat(IntStream.range(0, 100).mapToObj(i -> FileId.random())).doesNotHaveDuplicates();
        assertThat(IntStream.range(0, 100).mapToObj(i -> ExecutionId.random())).doesNotHaveDuplicates();
    }
}

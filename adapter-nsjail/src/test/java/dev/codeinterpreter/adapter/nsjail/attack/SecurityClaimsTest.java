package dev.codeinterpreter.adapter.nsjail.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.sandbox.SandboxPortContract;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** That docs/security.md promises what is tested, and all of it. */
final class SecurityClaimsTest {

    private static final Pattern REFERENCE = Pattern.compile("`(\\w+)#(\\w+)`");

    @Test
    void everyTestNamedInTheDocument_exists() throws IOException {
        assertThat(testsOf(AttackContract.class, SandboxPortContract.class)).containsAll(named());
    }

    @Test
    void everyAttack_isNamedInTheDocument() throws IOException {
        assertThat(named()).containsAll(testsOf(AttackContract.class));
    }

    private static List<String> named() throws IOException {
        List<String> names = REFERENCE
                .matcher(Files.readString(Path.of("..", "docs", "security.md")))
                .results()
                .map(MatchResult::group)
                .toList();
        assertThat(names).isNotEmpty();
        return names;
    }

    private static Set<String> testsOf(Class<?>... contracts) {
        return Arrays.stream(contracts)
                .flatMap(contract -> Stream.concat(Stream.of(contract), Stream.of(contract.getInterfaces())))
                .flatMap(contract -> Arrays.stream(contract.getDeclaredMethods())
                        .filter(SecurityClaimsTest::isTest)
                        .map(method -> "`" + contract.getSimpleName() + "#" + method.getName() + "`"))
                .collect(Collectors.toSet());
    }

    private static boolean isTest(Method method) {
        return method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class);
    }
}

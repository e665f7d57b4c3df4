package dev.codeinterpreter.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.file.FileName;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OutputRulesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.txt",
                "charts/p.png",
                "code.py",
                "codes.csv",
                "target/x",
                "build/x",
                "env/x",
                "dist/x",
                "vendor/x",
                "venv",
                "node_modules",
                "a..b.txt"
            })
    void isResult_ordinaryFiles_yes(String name) {
        assertThat(rules().isResult(new FileName(name))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".hidden",
                "a/.hidden",
                ".cache/x",
                "a/.cache/b/x",
                "node_modules/x/index.js",
                "a/node_modules/x",
                "__pycache__/m.pyc",
                ".venv/bin/python",
                "venv/bin/python",
                "a/venv/x"
            })
    void isResult_hiddenAndCaches_no(String name) {
        assertThat(rules().isResult(new FileName(name))).isFalse();
    }

    @Test
    void isResult_inputs_always() {
        OutputRules rules = rules(".env", "venv/x.py", "a/.b/c");

        assertThat(rules.isResult(new FileName(".env"))).isTrue();
        assertThat(rules.isResult(new FileName("venv/x.py"))).isTrue();
        assertThat(rules.isResult(new FileName("a/.b/c"))).isTrue();
    }

    @Test
    void isResult_besideAnInputInAHiddenDirectory_yes() {
        OutputRules rules = rules("a/.b/c/d");

        assertThat(rules.isResult(new FileName("a/.b/new"))).isTrue();
        assertThat(rules.isResult(new FileName("a/.b/c/new"))).isTrue();
        assertThat(rules.isResult(new FileName("a/.b/other/new"))).isTrue();
        assertThat(rules.isResult(new FileName("a/.b/.c/new"))).isFalse();
        assertThat(rules.isResult(new FileName(".b/new"))).isFalse();
    }

    @Test
    void isResult_besideAnInputInACache_no() {
        assertThat(rules("venv/x.py").isResult(new FileName("venv/y.py"))).isFalse();
    }

    private static OutputRules rules(String... inputs) {
        Set<FileName> names = Arrays.stream(inputs).map(FileName::new).collect(Collectors.toSet());
        return new OutputRules(names);
    }
}

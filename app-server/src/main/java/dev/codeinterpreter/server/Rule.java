package dev.codeinterpreter.server;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the text of a setting has to be like, and the value it then stands for.
 *
 * @param words the rule as the end of the sentence "must be …"
 * @param reading gives the value; empty when the text breaks the rule
 */
record Rule<T>(String words, Function<String, Optional<T>> reading) {
    private static final Set<String> TRUE = Set.of("true", "1", "yes", "on");
    private static final Set<String> FALSE = Set.of("false", "0", "no", "off");

    /** The value of {@code text}; empty when it breaks the rule. */
    Optional<T> read(String text) {
        return reading.apply(text);
    }

    /** Text that only its use can judge. */
    static Rule<String> text(String words) {
        return new Rule<>(words, Optional::of);
    }

    static Rule<Path> path() {
        return new Rule<>("a path", text -> {
            try {
                return Optional.of(Path.of(text));
            } catch (InvalidPathException wrong) {
                return Optional.empty();
            }
        });
    }

    static Rule<Long> wholeNumber(long minimum, long maximum) {
        return new Rule<>(
                "a whole number from " + minimum + " to " + maximum,
                text -> wholeNumber(text).filter(number -> number >= minimum && number <= maximum));
    }

    static Rule<Boolean> trueOrFalse() {
        return new Rule<>("true or false (also 1/0, yes/no, on/off)", text -> {
            String word = text.toLowerCase(Locale.ROOT);
            return TRUE.contains(word) || FALSE.contains(word) ? Optional.of(TRUE.contains(word)) : Optional.empty();
        });
    }

    static <E extends Enum<E>> Rule<E> oneOf(Class<E> type) {
        List<E> constants = List.of(type.getEnumConstants());
        String words = constants.stream().map(Enum::name).collect(Collectors.joining(", "));
        return new Rule<>(
                "one of " + words,
                text -> constants.stream()
                        .filter(constant -> constant.name().equalsIgnoreCase(text))
                        .findFirst());
    }

    static Rule<String> textOfAtLeast(int characters) {
        return new Rule<>(
                "text of at least " + characters + " characters",
                text -> Optional.of(text).filter(value -> value.length() >= characters));
    }

    /** Commas between the items, spaces around them allowed, empty items passed over; each keeps {@code item}'s rule. */
    static <T> Rule<List<T>> listOf(Rule<T> item) {
        return new Rule<>("a list with commas, each item " + item.words(), text -> {
            List<Optional<T>> items = splitAtCommas(text).map(item::read).toList();
            return items.stream().allMatch(Optional::isPresent)
                    ? Optional.of(items.stream().map(Optional::orElseThrow).toList())
                    : Optional.empty();
        });
    }

    private static Stream<String> splitAtCommas(String text) {
        return Arrays.stream(text.split(",", -1)).map(String::strip).filter(item -> !item.isEmpty());
    }

    private static Optional<Long> wholeNumber(String text) {
        try {
            return Optional.of(Long.valueOf(text));
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }
}

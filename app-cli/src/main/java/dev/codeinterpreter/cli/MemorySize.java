package dev.codeinterpreter.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 256m}, {@code 1g}, {@code 65536k} as bytes, in powers of 1024; a bare number is bytes. */
final class MemorySize implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,12})([kmg])?(?:i?b)?");
    private static final long MINIMUM = 16L << 20;
    private static final long MAXIMUM = 1L << 40;

    @Override
    public Long convert(String text) {
        Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw refusal(text);
        }
        String unit = matcher.group(2) == null ? "" : matcher.group(2);
        int shift = switch (unit) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            default -> 0;
        };
        long number = Long.parseLong(matcher.group(1));
        if (number > MAXIMUM >> shift || number << shift < MINIMUM) {
            throw refusal(text);
        }
        return number << shift;
    }

    private static TypeConversionException refusal(String text) {
        return new TypeConversionException("'" + text + "' must be a size from 16m to 1024g, such as 256m or 1g");
    }
}

package dev.codeinterpreter.core.failure;

/** Something the caller sent exceeds a limit. */
public final class TooLargeException extends CodeInterpreterException {

    private final String what;
    private final long limit;
    private final String unit;

    /**
     * @param what the thing that is too large: {@code request body}, {@code file data.csv}
     * @param limit the largest allowed value, in {@code unit}
     * @param unit plural word for the unit: {@code bytes}, {@code files}
     */
    public TooLargeException(String what, long limit, String unit) {
        super(what + " exceeds the limit of " + limit + " " + unit, null);
        this.what = what;
        this.limit = limit;
        this.unit = unit;
    }

    public String what() {
        return what;
    }

    public long limit() {
        return limit;
    }

    public String unit() {
        return unit;
    }
}

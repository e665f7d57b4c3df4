package dev.codeinterpreter.core.failure;

/** The caller broke a stated rule. Repeating the same request cannot help. */
public final class InvalidRequestException extends CodeInterpreterException {

    private final String field;
    private final String code;

    /**
     * @param field the member that is wrong, as the caller named it: {@code lang}, {@code files[2].name}
     * @param code a word for machines: {@code missing}, {@code unsupported_language}
     * @param message a sentence that names the value and what would be right
     */
    public InvalidRequestException(String field, String code, String message) {
        super(message, null);
        this.field = field;
        this.code = code;
    }

    /** The member that is wrong. */
    public String field() {
        return field;
    }

    /** The broken rule as a word for machines. */
    public String code() {
        return code;
    }
}

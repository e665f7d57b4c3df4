package dev.codeinterpreter.core.failure;

/** The named thing does not exist, has expired, or belongs to somebody else (which is told the same way on purpose). */
public final class NotFoundException extends CodeInterpreterException {

    private final String kind;
    private final String id;

    /**
     * @param kind what was looked for, capitalised as it should be read: {@code File}, {@code Session}
     * @param id the id that was given
     */
    public NotFoundException(String kind, String id) {
        super(kind + " not found", null);
        this.kind = kind;
        this.id = id;
    }

    public String kind() {
        return kind;
    }

    public String id() {
        return id;
    }
}

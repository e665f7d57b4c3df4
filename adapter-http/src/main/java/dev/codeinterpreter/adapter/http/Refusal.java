package dev.codeinterpreter.adapter.http;

/** A request that is refused for a reason that only HTTP knows: its media type, its method, its slowness. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient ErrorAnswer answer;

    Refusal(ErrorAnswer answer) {
        super(answer.body().message(), null, false, false);
        this.answer = answer;
    }

    ErrorAnswer answer() {
        return answer;
    }
}

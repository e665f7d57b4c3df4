package dev.codeinterpreter.core.session;

final class InMemorySessionsTest implements SessionPortContract {

    private final InMemorySessions sessions = new InMemorySessions();

    @Override
    public SessionPort port() {
        return sessions;
    }
}

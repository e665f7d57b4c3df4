package dev.codeinterpreter.core.file;

final class InMemoryFileStoreTest implements FileStorePortContract {

    private final InMemoryFileStore store = new InMemoryFileStore();

    @Override
    public FileStorePort port() {
        return store;
    }
}

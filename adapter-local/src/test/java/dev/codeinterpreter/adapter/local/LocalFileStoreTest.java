package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.file.FileStorePort;
import dev.codeinterpreter.core.file.FileStorePortContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

final class LocalFileStoreTest {

    @Nested
    final class OnDisk implements FileStorePortContract {

        private LocalStorage storage;

        @BeforeEach
        void open(@TempDir Path directory) {
            storage = Fixtures.onDisk(directory);
        }

        @AfterEach
        void close() {
            storage.close();
        }

        @Override
        public FileStorePort port() {
            return storage.files();
        }
    }

    @Nested
    final class Temporary implements FileStorePortContract {

        private final LocalStorage storage = LocalStorage.temporary();

        @AfterEach
        void close() {
            storage.close();
        }

        @Override
        public FileStorePort port() {
            return storage.files();
        }
    }
}

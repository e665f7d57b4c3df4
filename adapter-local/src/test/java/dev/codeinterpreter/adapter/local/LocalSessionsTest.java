package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.session.SessionPort;
import dev.codeinterpreter.core.session.SessionPortContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

final class LocalSessionsTest {

    @Nested
    final class OnDisk implements SessionPortContract {

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
        public SessionPort port() {
            return storage.sessions();
        }
    }

    @Nested
    final class Temporary implements SessionPortContract {

        private final LocalStorage storage = LocalStorage.temporary();

        @AfterEach
        void close() {
            storage.close();
        }

        @Override
        public SessionPort port() {
            return storage.sessions();
        }
    }
}

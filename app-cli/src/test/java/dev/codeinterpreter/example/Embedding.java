package dev.codeinterpreter.example;

import dev.codeinterpreter.adapter.local.LocalStorage;
import dev.codeinterpreter.adapter.nsjail.NsjailSandboxes;
import dev.codeinterpreter.adapter.nsjail.NsjailSettings;
import dev.codeinterpreter.core.execution.ExecutionRequest;
import dev.codeinterpreter.core.execution.ExecutionResult;
import dev.codeinterpreter.core.execution.ExecutionService;
import dev.codeinterpreter.core.execution.ExecutionSettings;
import dev.codeinterpreter.core.file.FileService;
import dev.codeinterpreter.core.file.FileSettings;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.session.SessionService;
import java.time.Clock;
import java.time.Duration;

/** Code in a sandbox from any JVM program: the README's example. */
final class Embedding {
    private Embedding() {}

    static String answer() {
        // tag::embedding
        try (var sandboxes = NsjailSandboxes.open(NsjailSettings.defaults());
                var storage = LocalStorage.temporary()) {
            var clock = Clock.systemUTC();
            var sessions = new SessionService(storage.sessions(), Duration.ofHours(1), clock);
            var files = new FileService(storage.sessions(), sessions, storage.files(), FileSettings.DEFAULT, clock);
            var executions = new ExecutionService(sandboxes, sessions, files, ExecutionSettings.DEFAULT, clock);
            ExecutionResult result = executions.execute(ExecutionRequest.of(Language.PYTHON, "print(6 * 7)"));
            return result.stdout().text();
        }
        // end::embedding
    }
}

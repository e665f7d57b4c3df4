package dev.codeinterpreter.adapter.local;

import dev.codeinterpreter.core.failure.UnavailableException;
import java.nio.file.Path;

/** A program that opens the storage below its argument and says how that went. */
final class OpeningAttempt {

    private OpeningAttempt() {}

    public static void main(String[] arguments) {
        try (LocalStorage _ = Fixtures.onDisk(Path.of(arguments[0]))) {
            System.out.println("opened");
        } catch (UnavailableException e) {
            System.out.println(e.reason());
        }
    }
}

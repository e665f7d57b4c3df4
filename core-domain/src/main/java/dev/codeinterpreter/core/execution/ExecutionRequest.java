package dev.codeinterpreter.core.execution;

import dev.codeinterpreter.core.access.Caller;
import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.file.FileReference;
import dev.codeinterpreter.core.language.Language;
import dev.codeinterpreter.core.sandbox.Program;
import dev.codeinterpreter.core.sandbox.ProgramInput;
import dev.codeinterpreter.core.session.SessionId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Asks for one run of code. Made by {@link #of} and the {@code with} methods.
 *
 * @param session to continue; unknown, expired or foreign ones are passed over. The next choice is the session that made one of
 *     the {@code files} for the same user, the last a new one
 * @param files to mount besides those of the session; where two have one name, the last one is mounted
 * @param timeLimit wanted for the program; the service's own limit is never exceeded
 * @param memoryBytes wanted for the program; the service's own limit is never exceeded
 * @param entity the agent this is for, as far as the caller told
 */
public record ExecutionRequest(
        Language language,
        Program program,
        Optional<SessionId> session,
        List<FileReference> files,
        Optional<Duration> timeLimit,
        OptionalLong memoryBytes,
        Caller caller,
        Optional<String> entity) {

    /** Length of the shortest time limit that makes sense. */
    public static final Duration MINIMUM_TIME_LIMIT = Duration.ofMillis(1);

    /** The smallest memory limit in which a program can start. */
    public static final long MINIMUM_MEMORY_BYTES = 16L << 20;

    /**
     * @throws InvalidRequestException field {@code code}, code {@code empty_code}, when the source is blank; field
     *     {@code timeout} or {@code memory}, when a wanted limit is too small
     */
    public ExecutionRequest {
        files = List.copyOf(files);
        if (timeLimit.isPresent() && timeLimit.get().compareTo(MINIMUM_TIME_LIMIT) < 0) {
            throw new InvalidRequestException(
                    "timeout", "greater_than_equal", "timeout must be at least 1 ms, it is " + timeLimit.get());
        }
        if (memoryBytes.isPresent() && memoryBytes.getAsLong() < MINIMUM_MEMORY_BYTES) {
            throw new InvalidRequestException(
                    "memory",
                    "greater_than_equal",
                    "memory must be at least 16 MiB, it is " + memoryBytes.getAsLong() + " bytes");
        }
        if (program.source().isBlank()) {
            throw new InvalidRequestException("code", "empty_code", "code must not be blank");
        }
    }

    /** A run of {@code code} by {@link Caller#LOCAL}, without files, arguments and input. */
    public static ExecutionRequest of(Language language, String code) {
        return new ExecutionRequest(
                language,
                new Program(code, List.of(), ProgramInput.empty()),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                OptionalLong.empty(),
                Caller.LOCAL,
                Optional.empty());
    }

    public ExecutionRequest withArguments(List<String> value) {
        return withProgram(new Program(program.source(), value, program.input(), program.state()));
    }

    public ExecutionRequest withInput(ProgramInput value) {
        return withProgram(new Program(program.source(), program.arguments(), value, program.state()));
    }

    public ExecutionRequest withProgram(Program value) {
        return new ExecutionRequest(language, value, session, files, timeLimit, memoryBytes, caller, entity);
    }

    public ExecutionRequest withSession(SessionId value) {
        return new ExecutionRequest(
                language, program, Optional.of(value), files, timeLimit, memoryBytes, caller, entity);
    }

    public ExecutionRequest withFiles(List<FileReference> value) {
        return new ExecutionRequest(language, program, session, value, timeLimit, memoryBytes, caller, entity);
    }

    /**
     * The same request with a time limit.
     *
     * @throws InvalidRequestException field {@code timeout}, when it is below 1 ms
     */
    public ExecutionRequest withTimeLimit(Duration value) {
        return new ExecutionRequest(language, program, session, files, Optional.of(value), memoryBytes, caller, entity);
    }

    /**
     * The same request with a memory limit.
     *
     * @throws InvalidRequestException field {@code memory}, when it is below 16 MiB
     */
    public ExecutionRequest withMemoryBytes(long value) {
        return new ExecutionRequest(
                language, program, session, files, timeLimit, OptionalLong.of(value), caller, entity);
    }

    public ExecutionRequest withCaller(Caller value) {
        return new ExecutionRequest(language, program, session, files, timeLimit, memoryBytes, value, entity);
    }

    public ExecutionRequest withEntity(String value) {
        return new ExecutionRequest(
                language, program, session, files, timeLimit, memoryBytes, caller, Optional.of(value));
    }
}

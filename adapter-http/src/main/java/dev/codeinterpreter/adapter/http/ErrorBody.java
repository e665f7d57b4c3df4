package dev.codeinterpreter.adapter.http;

import java.util.List;
import java.util.Optional;

/**
 * The body of every answer with a status of 400 or more.
 *
 * @param error a word where clients look for one ({@code rate_limited}), else the same sentence as {@code message}
 * @param message what was wrong, for people
 * @param errorType the family: {@code validation}, {@code resource_not_found}
 * @param details the broken rules with their fields; absent for everything but validation
 * @param detail what a framework would say; 404 and 405 of unknown routes only
 * @param retryAfterSeconds when to try again, at least 1; 429 only
 * @param expectedProfile what the client asked for; a mismatch of execution profiles only
 * @param actualProfile what there is; likewise
 * @param requestId names this request in the log
 * @param timestamp ISO-8601, UTC, milliseconds
 */
record ErrorBody(
        String error,
        String message,
        String errorType,
        Optional<List<Detail>> details,
        Optional<String> detail,
        Optional<Long> retryAfterSeconds,
        Optional<String> expectedProfile,
        Optional<String> actualProfile,
        String requestId,
        String timestamp) {

    /**
     * One broken rule.
     *
     * @param field as the client named it: {@code files[2].name}
     * @param code a word for machines
     */
    record Detail(String field, String message, String code) {}

    static ErrorBody of(String error, String message, String errorType) {
        return new ErrorBody(
                error,
                message,
                errorType,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "",
                "");
    }

    ErrorBody withDetails(List<Detail> value) {
        return new ErrorBody(
                error,
                message,
                errorType,
                Optional.of(List.copyOf(value)),
                detail,
                retryAfterSeconds,
                expectedProfile,
                actualProfile,
                requestId,
                timestamp);
    }

    ErrorBody withDetail(String value) {
        return new ErrorBody(
                error,
                message,
                errorType,
                details,
                Optional.of(value),
                retryAfterSeconds,
                expectedProfile,
                actualProfile,
                requestId,
                timestamp);
    }

    ErrorBody withRetryAfterSeconds(long value) {
        return new ErrorBody(
                error,
                message,
                errorType,
                details,
                detail,
                Optional.of(value),
                expectedProfile,
                actualProfile,
                requestId,
                timestamp);
    }

    ErrorBody withProfiles(String expected, String actual) {
        return new ErrorBody(
                error,
                message,
                errorType,
                details,
                detail,
                retryAfterSeconds,
                Optional.of(expected),
                Optional.of(actual),
                requestId,
                timestamp);
    }

    /** The body as it is sent. */
    ErrorBody stamped(String id, String time) {
        return new ErrorBody(
                error,
                message,
                errorType,
                details,
                detail,
                retryAfterSeconds,
                expectedProfile,
                actualProfile,
                id,
                time);
    }
}

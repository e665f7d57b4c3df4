package dev.codeinterpreter.core.sandbox;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import dev.codeinterpreter.core.state.StateSnapshot;
import java.util.Optional;

/**
 * What a run has to do with the memory of its session.
 *
 * @param previous what an earlier program left, restored before this one begins; one that cannot be restored harms this run's
 *     variables only
 * @param afterFailure whether to capture also what a program leaves that fails; one that is ended leaves nothing
 * @param maximumBytes how much memory is captured at the most, before compression; at least 1
 */
public record StateExchange(Optional<StateSnapshot> previous, boolean afterFailure, long maximumBytes) {

    /** @throws InvalidRequestException field {@code maximumBytes}, when it is not positive */
    public StateExchange {
        if (maximumBytes < 1) {
            throw new InvalidRequestException(
                    "maximumBytes", "out_of_range", "maximumBytes must be at least 1, it is " + maximumBytes);
        }
    }
}

package dev.codeinterpreter.core.state;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

final class InMemoryStatesTest implements StatePortContract, ExpiringStateContract {

    private Instant now = NOON;
    private final InMemoryStates states = new InMemoryStates(13 * 1024 * 1024, new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("instants only");
        }
    });

    @Override
    public StatePort port() {
        return states;
    }

    @Override
    public void letPass(Duration time) {
        now = now.plus(time);
    }
}

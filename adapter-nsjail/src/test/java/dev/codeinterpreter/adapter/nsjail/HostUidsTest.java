package dev.codeinterpreter.adapter.nsjail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeinterpreter.core.failure.UnavailableException;
import org.junit.jupiter.api.Test;

final class HostUidsTest {

    private final HostUids uids = new HostUids(100_001, 3);

    @Test
    void take_severalAtOnce_areDifferent() {
        assertThat(new int[] {uids.take(), uids.take(), uids.take()}).containsExactly(100_001, 100_002, 100_003);
    }

    @Test
    void take_oneGivenBack_isUsedLast() {
        uids.giveBack(uids.take());

        assertThat(new int[] {uids.take(), uids.take(), uids.take()}).containsExactly(100_002, 100_003, 100_001);
    }

    @Test
    void take_lastOneWasUsed_goesOnWithTheFirstFreeOne() {
        int first = uids.take();
        int second = uids.take();
        uids.take();
        uids.giveBack(second);
        uids.giveBack(first);

        assertThat(uids.take()).isEqualTo(first);
        assertThat(uids.take()).isEqualTo(second);
    }

    @Test
    void take_freeOneBehindTheLastUsed_isFound() {
        uids.take();
        int second = uids.take();
        uids.take();
        uids.giveBack(second);

        assertThat(uids.take()).isEqualTo(second);
    }

    @Test
    void take_allInUse_saysHowManyThereAre() {
        uids.take();
        uids.take();
        uids.take();

        assertThatThrownBy(uids::take).isInstanceOf(UnavailableException.class).hasMessageContaining("All 3 user ids");
        uids.giveBack(100_002);
        assertThat(uids.take()).isEqualTo(100_002);
    }
}

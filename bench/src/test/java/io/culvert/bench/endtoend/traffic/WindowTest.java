// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WindowTest {
    private static final long MILLI = 1_000_000;

    private final Window window = new Window();
    private long now;

    private long sendAll() {
        long first = window.next();
        window.sent(window.open(), now);
        return first;
    }

    private void roundTrip() {
        long first = sendAll();
        now += MILLI;
        for (long packet = first; packet < window.next(); packet++) {
            window.answered(packet, now);
        }
    }

    @Test
    void growsByOnePerRoundTripUpToItsLimit() {
        assertThat(window.open()).isEqualTo(4);
        roundTrip();
        assertThat(window.size()).isBetween(4.8, 5.0);
        roundTrip();
        assertThat(window.size()).isBetween(5.6, 6.0);
        for (int i = 0; i < 200; i++) {
            roundTrip();
        }
        assertThat(window.size()).isEqualTo(64);
        assertThat(window.open()).isEqualTo(64);
    }

    @Test
    void isHalvedOnceForTheLossesOfOneWindow() {
        for (int i = 0; i < 40; i++) {
            roundTrip();
        }
        double before = window.size();
        long first = sendAll();
        window.answered(first + 5, now);
        window.answered(first + 12, now);
        assertThat(window.size()).isCloseTo(before / 2, within(1.0));
        // 13 of the packets are settled, so that the rest still fills the smaller window.
        assertThat(window.open()).isZero();
    }

    @Test
    void littleReorderingIsNoLoss() {
        double before = window.size();
        long first = sendAll();
        window.answered(first + 3, now);
        window.answered(first + 1, now);
        assertThat(window.size()).isGreaterThan(before);
        assertThat(window.open()).isEqualTo(4);
    }

    @Test
    void beginsAnewWhenNothingIsAnswered() {
        roundTrip();
        sendAll();
        now += 150 * MILLI;
        window.expire(now);
        assertThat(window.open()).isZero();
        now += 100 * MILLI;
        window.expire(now);
        assertThat(window.size()).isEqualTo(2);
        assertThat(window.open()).isEqualTo(2);
    }

    @Test
    void ignoresAnswersToNothing() {
        window.answered(1000, now);
        assertThat(window.size()).isEqualTo(4);
        assertThat(window.open()).isEqualTo(4);
    }
}

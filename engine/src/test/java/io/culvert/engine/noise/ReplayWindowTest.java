// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static io.culvert.engine.message.Limits.COUNTER_WINDOW_SIZE;
import static io.culvert.engine.message.Limits.REJECT_AFTER_MESSAGES;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Draw;
import io.culvert.laws.Laws;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The sequences of the kernel's selftest/counter.c, and a comparison with a set of the counters seen. */
class ReplayWindowTest {
    private static final int W = COUNTER_WINDOW_SIZE;
    private static final long L = W + 1;
    private static final long R = REJECT_AFTER_MESSAGES;

    private final ReplayWindow window = new ReplayWindow();

    private void accepts(long... counters) {
        for (long counter : counters) {
            assertThat(window.accept(counter))
                    .as("accept %s", Long.toUnsignedString(counter))
                    .isTrue();
        }
    }

    private void rejects(long... counters) {
        for (long counter : counters) {
            assertThat(window.accept(counter))
                    .as("reject %s", Long.toUnsignedString(counter))
                    .isFalse();
        }
    }

    private void acceptsRange(long from, long to) {
        long step = from <= to ? 1 : -1;
        for (long counter = from; counter != to + step; counter += step) {
            accepts(counter);
        }
    }

    @Test
    void acceptsAnyOrderWithinTheWindow() {
        accepts(0, 1);
        rejects(1);
        accepts(9, 8, 7);
        rejects(7);
        accepts(L, L - 1);
        rejects(L - 1);
        accepts(L - 2, 2);
        rejects(2);
        accepts(L + 16);
        rejects(3, L + 16);
        accepts(L * 4, L * 4 - (L - 1));
        rejects(10, L * 4 - L, L * 4 - (L + 1));
        accepts(L * 4 - (L - 2));
        rejects(L * 4 + 1 - L, 0, R);
        accepts(R - 1);
        rejects(R, R - 1);
        accepts(R - 2);
        rejects(R + 1, R + 2, R - 2);
        accepts(R - 3);
        rejects(0);
    }

    @Test
    void acceptsTheOldestCounterLast() {
        acceptsRange(1, W);
        accepts(0);
        rejects(0);
    }

    @Test
    void rejectsCountersBelowTheWindow() {
        acceptsRange(2, W + 1);
        accepts(1);
        rejects(0);
    }

    @Test
    void acceptsAWholeWindowInReverse() {
        acceptsRange(W, 0);
    }

    @Test
    void rejectsTheCounterBelowAReversedWindow() {
        acceptsRange(W + 1, 1);
        rejects(0);
    }

    @Test
    void advancesAfterAReversedWindow() {
        acceptsRange(W, 1);
        accepts(W + 1);
        rejects(0);
    }

    @Test
    void acceptsTheOldestCounterBeforeAdvancing() {
        acceptsRange(W, 1);
        accepts(0, W + 1);
    }

    @Test
    void longJumpClearsTheWindow() {
        acceptsRange(0, 8191);
        long far = 3 * 8192 + 100;
        accepts(far);
        acceptsRange(far - W, far - 1);
        acceptsRange(far + 1, far + 8192);
    }

    @Test
    void nextFollowsTheGreatestCounter() {
        assertThat(window.next()).isZero();
        accepts(5, 3);
        assertThat(window.next()).isEqualTo(6);
    }

    @Test
    void matchesASetOfSeenCounters() {
        Laws.check(200, draw -> {
            List<Long> counters = counters(draw);

            ReplayWindow tested = new ReplayWindow();
            Set<Long> seen = new HashSet<>();
            long greatest = -1;
            for (long counter : counters) {
                boolean recent = counter >= greatest - W;
                assertThat(tested.accept(counter)).isEqualTo(recent && seen.add(counter));
                greatest = Math.max(greatest, counter);
            }
        });
    }

    /** Steps of up to 70 either way, and of up to a window back or two ahead; counters do not go below 0. */
    private static List<Long> counters(Draw draw) {
        long[] at = {0};
        return draw.list(50, 400, () -> {
            long step = draw.bool() ? draw.longInteger(-70, 70) : draw.longInteger(-W - 2, 2 * W);
            at[0] = Math.max(0, at[0] + step);
            return at[0];
        });
    }
}

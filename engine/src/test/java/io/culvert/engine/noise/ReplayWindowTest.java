package io.culvert.engine.noise;

import static io.culvert.engine.message.Limits.COUNTER_WINDOW_SIZE;
import static io.culvert.engine.message.Limits.REJECT_AFTER_MESSAGES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The sequences of the kernel's selftest/counter.c, and a comparison with a plain set. */
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

    private void refuses(long... counters) {
        for (long counter : counters) {
            assertThat(window.accept(counter))
                    .as("refuse %s", Long.toUnsignedString(counter))
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
    void jumpsAboutInTheWindow() {
        accepts(0, 1);
        refuses(1);
        accepts(9, 8, 7);
        refuses(7);
        accepts(L, L - 1);
        refuses(L - 1);
        accepts(L - 2, 2);
        refuses(2);
        accepts(L + 16);
        refuses(3, L + 16);
        accepts(L * 4, L * 4 - (L - 1));
        refuses(10, L * 4 - L, L * 4 - (L + 1));
        accepts(L * 4 - (L - 2));
        refuses(L * 4 + 1 - L, 0, R);
        accepts(R - 1);
        refuses(R, R - 1);
        accepts(R - 2);
        refuses(R + 1, R + 2, R - 2);
        accepts(R - 3);
        refuses(0);
    }

    @Test
    void takesTheOldestLast() {
        acceptsRange(1, W);
        accepts(0);
        refuses(0);
    }

    @Test
    void forgetsWhatLeftTheWindow() {
        acceptsRange(2, W + 1);
        accepts(1);
        refuses(0);
    }

    @Test
    void takesAWholeWindowBackwards() {
        acceptsRange(W, 0);
    }

    @Test
    void takesAWholeWindowBackwardsButNotMore() {
        acceptsRange(W + 1, 1);
        refuses(0);
    }

    @Test
    void advancesAfterGoingBackwards() {
        acceptsRange(W, 1);
        accepts(W + 1);
        refuses(0);
    }

    @Test
    void takesTheOldestBeforeItAdvances() {
        acceptsRange(W, 1);
        accepts(0, W + 1);
    }

    @Test
    void forgetsAllOnALongJump() {
        acceptsRange(0, 8191);
        long far = 3 * 8192 + 100;
        accepts(far);
        acceptsRange(far - W, far - 1);
        acceptsRange(far + 1, far + 8192);
    }

    @Test
    void tellsTheGreatest() {
        assertThat(window.next()).isZero();
        accepts(5, 3);
        assertThat(window.next()).isEqualTo(6);
    }

    @Property(tries = 200)
    void doesAsASetDoes(@ForAll("counters") List<Long> counters) {
        ReplayWindow tested = new ReplayWindow();
        Set<Long> seen = new HashSet<>();
        long greatest = -1;
        for (long counter : counters) {
            boolean recent = counter >= greatest - W;
            assertThat(tested.accept(counter)).isEqualTo(recent && seen.add(counter));
            greatest = Math.max(greatest, counter);
        }
    }

    /** Steps forwards and backwards of all sizes up to some windows. */
    @Provide
    Arbitrary<List<Long>> counters() {
        Arbitrary<Long> small = Arbitraries.longs().between(-70, 70);
        Arbitrary<Long> large = Arbitraries.longs().between(-W - 2, 2 * W);
        return Arbitraries.oneOf(small, large)
                .list()
                .ofMinSize(50)
                .ofMaxSize(400)
                .map(steps -> {
                    long[] at = {0};
                    return steps.stream()
                            .map(step -> at[0] = Math.max(0, at[0] + step))
                            .toList();
                });
    }
}

package io.culvert.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.packet.FlowHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TunIngressQueueTest {
    private static final int BUFFERS = 64;
    private static final long SECOND = 1_000_000_000L;
    private static final int SHORT = 94;
    private static final int LONG = 65_000;

    private long now = System.nanoTime();

    /** One packet comes, after some were taken. */
    record Step(int flow, boolean isLong, int taken, long pause) {}

    /** A packet on its way: when it came, and of which flow it is. */
    private record Packet(int number, int flow) {
        /** Whether this one must not come out behind one that came later. */
        boolean precedes(Packet later) {
            return flow == later.flow || flow < 0 || later.flow < 0;
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        // Flow -1 is one that could not be told.
        return Combinators.combine(
                        Arbitraries.integers().between(-1, 5),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.longs().between(0, SECOND))
                .as(Step::new)
                .list()
                .ofMaxSize(300);
    }

    @Property
    void noPacketOvertakesOneThatMayBeOfItsFlow(@ForAll("steps") List<Step> steps) {
        TunIngressQueue arrivals = new TunIngressQueue(BUFFERS, now);
        Deque<Integer> free = new ArrayDeque<>();
        for (int i = 0; i < BUFFERS; i++) {
            free.add(i);
        }
        Packet[] held = new Packet[BUFFERS];
        List<Packet> out = new ArrayList<>();
        int number = 0;
        for (Step step : steps) {
            for (int i = 0; i < step.taken || free.isEmpty(); i++) {
                take(arrivals, free, held, out);
            }
            now += step.pause;
            int buffer = free.remove();
            held[buffer] = new Packet(number++, step.flow);
            arrivals.add(buffer, step.isLong ? LONG : SHORT, step.flow, now);
        }
        while (arrivals.size() > 0) {
            take(arrivals, free, held, out);
        }
        assertThat(out).hasSize(steps.size());
        for (int i = 0; i < out.size(); i++) {
            for (Packet later : out.subList(i + 1, out.size())) {
                assertThat(later.number < out.get(i).number && later.precedes(out.get(i)))
                        .as("%s behind %s", later, out.get(i))
                        .isFalse();
            }
        }
    }

    private static void take(TunIngressQueue arrivals, Deque<Integer> free, Packet[] held, List<Packet> out) {
        if (arrivals.size() > 0) {
            int buffer = TunIngressQueue.buffer(arrivals.remove());
            out.add(held[buffer]);
            free.add(buffer);
        }
    }

    private static int next(TunIngressQueue arrivals) {
        return TunIngressQueue.buffer(arrivals.remove());
    }

    @Test
    void singlePacketGoesBeforeSuperPacketsOfOtherFlows() {
        TunIngressQueue arrivals = new TunIngressQueue(BUFFERS, now);
        arrivals.add(0, LONG, 1, now);
        assertThat(arrivals.add(1, LONG, 2, now)).isFalse();
        assertThat(arrivals.add(2, SHORT, 3, now)).isTrue();
        assertThat(next(arrivals)).isEqualTo(2);
        arrivals.add(3, SHORT, FlowHash.FLOWS - 1, now);
        assertThat(next(arrivals)).isEqualTo(3);
        assertThat(next(arrivals)).isZero();
    }

    @Test
    void whatEndsABulkFlowsBurstDoesNot() {
        TunIngressQueue arrivals = new TunIngressQueue(BUFFERS, now);
        arrivals.add(0, LONG, 1, now);
        assertThat(next(arrivals)).isZero();
        arrivals.add(1, LONG, 2, now);
        arrivals.add(2, SHORT, 1, now);
        assertThat(next(arrivals)).isEqualTo(1);
        assertThat(next(arrivals)).isEqualTo(2);
        arrivals.add(3, LONG, 2, now);
        arrivals.add(4, SHORT, 1, now + 2 * SECOND);
        assertThat(next(arrivals)).isEqualTo(4);
    }

    @Test
    void flowHasOnePacketAtATimeGoFirst() {
        TunIngressQueue arrivals = new TunIngressQueue(BUFFERS, now);
        arrivals.add(0, LONG, 1, now);
        for (int buffer = 1; buffer < 10; buffer++) {
            arrivals.add(buffer, SHORT, 2, now);
        }
        assertThat(next(arrivals)).isEqualTo(1);
        assertThat(next(arrivals)).isZero();
        assertThat(next(arrivals)).isEqualTo(2);
    }

    @Test
    void readingAheadPaysForShortPacketsAmongLongOnes() {
        TunIngressQueue arrivals = new TunIngressQueue(BUFFERS, now);
        assertThat(arrivals.add(0, SHORT, 1, now)).as("nothing long was seen").isFalse();
        assertThat(next(arrivals)).isZero();
        arrivals.add(0, LONG, 2, now);
        assertThat(next(arrivals)).isZero();
        assertThat(arrivals.add(0, SHORT, 1, now))
                .as("the long one is gone, but was there")
                .isTrue();
        assertThat(next(arrivals)).isZero();
        assertThat(arrivals.add(0, SHORT, 2, now)).as("of the long one's flow").isFalse();
        assertThat(next(arrivals)).isZero();
        assertThat(arrivals.add(0, SHORT, 1, now + SECOND)).as("long ago").isFalse();
    }
}

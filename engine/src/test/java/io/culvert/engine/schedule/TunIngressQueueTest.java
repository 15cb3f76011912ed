// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.packet.FlowHash;
import io.culvert.laws.Draw;
import io.culvert.laws.Laws;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class TunIngressQueueTest {
    private static final int BUFFERS = 64;
    private static final long SECOND = 1_000_000_000L;
    private static final int SHORT = 94;
    private static final int LONG = 65_000;

    private long now = System.nanoTime();

    /** One packet arrives, {@code pause} nanoseconds after the last and after {@code taken} packets were removed. */
    record Step(int flow, boolean isLong, int taken, long pause) {}

    /**
     * A queued packet.
     *
     * @param number its place in the order of arrival
     * @param flow its flow, or -1 if unknown
     */
    private record Packet(int number, int flow) {
        /** Whether a later packet must not overtake this one: both may belong to the same flow. */
        boolean precedes(Packet later) {
            return flow == later.flow || flow < 0 || later.flow < 0;
        }
    }

    private static Step step(Draw draw) {
        return new Step(draw.integer(-1, 5), draw.bool(), draw.integer(0, 3), draw.longInteger(0, SECOND));
    }

    @Test
    void packetsNeverOvertakeTheirOwnFlow() {
        Laws.check(draw -> {
            List<Step> steps = draw.list(0, 300, () -> step(draw));
            long time = draw.longInteger(0, 1L << 58);

            TunIngressQueue arrivals = new TunIngressQueue(BUFFERS, time);
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
                time += step.pause;
                int buffer = free.remove();
                held[buffer] = new Packet(number++, step.flow);
                arrivals.add(buffer, step.isLong ? LONG : SHORT, step.flow, time);
            }
            while (arrivals.size() > 0) {
                take(arrivals, free, held, out);
            }
            assertThat(out).hasSize(steps.size());
            for (int i = 0; i < out.size(); i++) {
                for (Packet later : out.subList(i + 1, out.size())) {
                    assertThat(later.number < out.get(i).number && later.precedes(out.get(i)))
                            .as("%s after %s", later, out.get(i))
                            .isFalse();
                }
            }
        });
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
    void singlePacketPrecedesSuperPacketsOfOtherFlows() {
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
    void shortPacketOfABulkFlowIsNotPrioritized() {
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
    void flowHasAtMostOnePrioritizedPacket() {
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
    void readAheadIsAdvisedForShortPacketsAmongLongOnes() {
        TunIngressQueue arrivals = new TunIngressQueue(BUFFERS, now);
        assertThat(arrivals.add(0, SHORT, 1, now)).as("no long packet yet").isFalse();
        assertThat(next(arrivals)).isZero();
        arrivals.add(0, LONG, 2, now);
        assertThat(next(arrivals)).isZero();
        assertThat(arrivals.add(0, SHORT, 1, now))
                .as("after a long packet, though none is queued")
                .isTrue();
        assertThat(next(arrivals)).isZero();
        assertThat(arrivals.add(0, SHORT, 2, now)).as("of the bulk flow").isFalse();
        assertThat(next(arrivals)).isZero();
        assertThat(arrivals.add(0, SHORT, 1, now + SECOND))
                .as("long after the last long packet")
                .isFalse();
    }
}

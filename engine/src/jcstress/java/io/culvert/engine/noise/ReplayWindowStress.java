// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.culvert.ring.CommitEntry;
import io.culvert.ring.OrderedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@link ReplayWindow}, which has no fence of its own, under the token of the queue whose trains are committed. */
final class ReplayWindowStress {
    private ReplayWindowStress() {}

    /** A train of one packet. */
    static final class Train extends CommitEntry {
        private final long counter;

        Train(long counter) {
            this.counter = counter;
        }
    }

    /** Two workers commit four trains, of which two are replays: each packet is accepted once. */
    @JCStressTest
    @Outcome(id = "2, 71", expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN, desc = "A packet was accepted twice or never.")
    @State
    public static class Commit {
        private final ReplayWindow window = new ReplayWindow();
        private final OrderedQueue<Train> queue = new OrderedQueue<>(4);
        private final Train[] trains = {new Train(5), new Train(5), new Train(70), new Train(70)};
        private int accepted;

        /** Four trains that are not opened yet. */
        public Commit() {
            for (Train train : trains) {
                queue.offer(train, 1);
            }
        }

        private void finish(int i) {
            trains[i].publish(CommitEntry.DONE);
            if (queue.tryAcquire()) {
                do {
                    queue.look();
                    for (Train train; (train = queue.pollReady()) != null; ) {
                        accepted += window.accept(train.counter) ? 1 : 0;
                    }
                } while (!queue.tryRelease());
            }
        }

        /** Opens the first and the third. */
        @Actor
        public void one() {
            finish(0);
            finish(2);
        }

        /** Opens the second and the fourth. */
        @Actor
        public void two() {
            finish(1);
            finish(3);
        }

        /** Counts. */
        @Arbiter
        public void end(II_Result result) {
            result.r1 = accepted;
            result.r2 = (int) window.next();
        }
    }
}

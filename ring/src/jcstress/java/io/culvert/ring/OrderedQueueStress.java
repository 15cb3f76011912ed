// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** {@link OrderedQueue} and {@link CommitEntry} under concurrent access. */
final class OrderedQueueStress {
    private OrderedQueueStress() {}

    static final class Element extends CommitEntry {
        int payload;

        static Element finished(int payload) {
            Element element = new Element();
            element.payload = payload;
            element.publish(DONE);
            return element;
        }
    }

    /** Takes the payload of the next finished element, or 0. */
    private static int poll(OrderedQueue<Element> queue) {
        Element element = queue.pollReady();
        return element == null ? 0 : element.payload;
    }

    /** Looks until the token is released; returns the sum of the payloads. */
    private static int commit(OrderedQueue<Element> queue) {
        int sum = 0;
        do {
            queue.look();
            for (int payload; (payload = poll(queue)) != 0; ) {
                sum += payload;
            }
        } while (!queue.tryRelease());
        return sum;
    }

    /** The last element is finished while the holder looks and releases: one of the two takes it. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The holder takes it.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The finisher is the next holder.")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "A lost wake-up: the peer stalls.")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class WakeUp {
        private final OrderedQueue<Element> queue = new OrderedQueue<>(2);
        private final Element element = new Element();

        /** One pending element, and a holder. */
        public WakeUp() {
            element.payload = 1;
            queue.offer(element, 1);
            queue.tryAcquire();
        }

        /** Finishes the work. */
        @Actor
        public void finisher(II_Result result) {
            element.publish(CommitEntry.DONE);
            result.r1 = queue.tryAcquire() ? commit(queue) : 0;
        }

        /** Commits. */
        @Actor
        public void holder(II_Result result) {
            result.r2 = commit(queue);
        }
    }

    /** Two finish at once, of whom the second waits for the first in the queue: both are committed, by either. */
    @JCStressTest
    @Outcome(
            id = {"3, 0", "0, 3", "1, 2"},
            expect = ACCEPTABLE,
            desc = "Each is taken once, the first first.")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class TwoFinishers {
        private final OrderedQueue<Element> queue = new OrderedQueue<>(2);
        private final Element first = new Element();
        private final Element second = new Element();

        /** Two pending elements. */
        public TwoFinishers() {
            first.payload = 1;
            second.payload = 2;
            queue.offer(first, 1);
            queue.offer(second, 1);
        }

        /** Finishes the first. */
        @Actor
        public void one(II_Result result) {
            first.publish(CommitEntry.DONE);
            result.r1 = queue.tryAcquire() ? commit(queue) : 0;
        }

        /** Finishes the second. */
        @Actor
        public void two(II_Result result) {
            second.publish(CommitEntry.DONE);
            result.r2 = queue.tryAcquire() ? commit(queue) : 0;
        }
    }

    /** What a holder writes, plainly, the next holder reads: none of three commits is lost or done at the same time. */
    @JCStressTest
    @Outcome(id = "3, 0", expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN, desc = "Two held the token at once, or one did not see what the other wrote.")
    @State
    public static class HolderState {
        private final OrderedQueue<Element> queue = new OrderedQueue<>(4);
        private final Element[] elements = {new Element(), new Element(), new Element()};
        private int committed;
        private int outOfOrder;

        /** Three pending elements. */
        public HolderState() {
            for (int i = 0; i < elements.length; i++) {
                elements[i].payload = i;
                queue.offer(elements[i], 1);
            }
        }

        private void finish(int i) {
            elements[i].publish(CommitEntry.DONE);
            if (queue.tryAcquire()) {
                do {
                    queue.look();
                    for (Element element; (element = queue.pollReady()) != null; ) {
                        outOfOrder += element.payload == committed ? 0 : 1;
                        committed++;
                    }
                } while (!queue.tryRelease());
            }
        }

        /** Finishes the first and the last. */
        @Actor
        public void one() {
            finish(2);
            finish(0);
        }

        /** Finishes the second. */
        @Actor
        public void two() {
            finish(1);
        }

        /** Reads the state after the last release. */
        @Arbiter
        public void end(II_Result result) {
            result.r1 = committed;
            result.r2 = outOfOrder;
        }
    }

    /** Two producers: the numbers rise along the queue, and none is given twice. */
    @JCStressTest
    @Outcome(id = "0, 1, 2, 6", expect = ACCEPTABLE, desc = "2, then 4.")
    @Outcome(id = "0, 1, 4, 6", expect = ACCEPTABLE, desc = "4, then 2.")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class Numbers {
        private final OrderedQueue<Element> queue = new OrderedQueue<>(2);
        private long one;
        private long two;

        /** Takes 2 numbers. */
        @Actor
        public void one() {
            one = queue.offer(Element.finished(2), 2);
        }

        /** Takes 4 numbers. */
        @Actor
        public void two() {
            two = queue.offer(Element.finished(4), 4);
        }

        /** The first number, whether the queue has the order of the numbers, the second number, and their sum. */
        @Arbiter
        public void end(IIII_Result result) {
            result.r1 = (int) Math.min(one, two);
            result.r2 = poll(queue) == (one == 0 ? 2 : 4) ? 1 : 0;
            result.r3 = (int) Math.max(one, two);
            result.r4 = (int) queue.numbers();
        }
    }

    /** A full queue takes one more element when one was polled, and never two. */
    @JCStressTest
    @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "Offered after the poll.")
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "Refused.")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class Full {
        private final OrderedQueue<Element> queue = new OrderedQueue<>(1);
        private int offered;

        /** A full queue. */
        public Full() {
            queue.offer(Element.finished(2), 1);
        }

        /** Polls. */
        @Actor
        public void holder(II_Result result) {
            result.r1 = poll(queue);
        }

        /** Offers two. */
        @Actor
        public void producer() {
            offered = queue.offer(Element.finished(2), 1) == OrderedQueue.FULL ? 0 : 2;
            if (offered != 0 && queue.offer(Element.finished(3), 1) != OrderedQueue.FULL) {
                offered = 3;
            }
        }

        /** Polls what was offered. */
        @Arbiter
        public void end(II_Result result) {
            result.r2 = poll(queue) == offered ? offered : -1;
        }
    }

    /** A thread that reads DONE reads the effects of the work. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Not finished.")
    @Outcome(id = "0, 42", expect = ACCEPTABLE, desc = "Effects visible, not finished.")
    @Outcome(id = "1, 42", expect = ACCEPTABLE, desc = "Finished.")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class Publication {
        private final Element element = new Element();

        /** Works. */
        @Actor
        public void finisher() {
            element.payload = 42;
            element.publish(CommitEntry.DONE);
        }

        /** Reads state and effects. */
        @Actor
        public void home(II_Result result) {
            result.r1 = element.state();
            result.r2 = element.payload;
        }
    }

    /** A thread that goes on sees that the work is done. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE)
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "It waits for ever.")
    @State
    public static class Visible {
        private final Element element = new Element();

        /** Waits for the work. */
        @Actor
        public void home() {
            while (element.state() == CommitEntry.PENDING) {
                // Until it is done.
            }
        }

        /** Works. */
        @Signal
        public void finisher() {
            element.publish(CommitEntry.DONE);
        }
    }

    /** A reused element is pending as soon as it is visible in the queue. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "Not visible, or pending.")
    @Outcome(expect = FORBIDDEN, desc = "The state of the element's former use.")
    @State
    public static class Reuse {
        private final OrderedQueue<Element> queue = new OrderedQueue<>(2);
        private final Element element = Element.finished(1);

        /** Offers it again. */
        @Actor
        public void producer() {
            element.reset();
            queue.offer(element, 1);
        }

        /** Polls. */
        @Actor
        public void home(I_Result result) {
            result.r1 = poll(queue);
        }
    }

    /** Elements of one producer keep their order. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "0, 1", "1, 0", "1, 2"},
            expect = ACCEPTABLE,
            desc = "In order.")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class Order {
        private final OrderedQueue<Element> queue = new OrderedQueue<>(2);

        /** Offers two finished elements. */
        @Actor
        public void producer() {
            queue.offer(Element.finished(1), 1);
            queue.offer(Element.finished(2), 1);
        }

        /** Polls twice. */
        @Actor
        public void home(II_Result result) {
            result.r1 = poll(queue);
            result.r2 = poll(queue);
        }
    }

    /** Two producers: no element is lost, and each producer's keep their order. */
    @JCStressTest
    @Outcome(
            id = {"1, 2, 3, 4", "1, 3, 2, 4", "1, 3, 4, 2", "3, 1, 2, 4", "3, 1, 4, 2", "3, 4, 1, 2"},
            expect = ACCEPTABLE,
            desc = "A merge of both orders.")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class TwoProducers {
        private final OrderedQueue<Element> queue = new OrderedQueue<>(4);

        /** Offers 1 and 2. */
        @Actor
        public void one() {
            queue.offer(Element.finished(1), 1);
            queue.offer(Element.finished(2), 1);
        }

        /** Offers 3 and 4. */
        @Actor
        public void two() {
            queue.offer(Element.finished(3), 1);
            queue.offer(Element.finished(4), 1);
        }

        /** Takes all. */
        @Arbiter
        public void home(IIII_Result result) {
            result.r1 = poll(queue);
            result.r2 = poll(queue);
            result.r3 = poll(queue);
            result.r4 = poll(queue);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

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

    /**
     * A commit was already requested when the last element is finished: it takes that element, or the home is woken.
     */
    @JCStressTest
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The commit under way takes it.")
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The home is woken again.")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Taken, and a spurious wake-up.")
    @Outcome(id = "false, false", expect = FORBIDDEN, desc = "A lost wake-up: the peer stalls.")
    @State
    public static class WakeUp {
        private final OrderedQueue<Element> queue = new OrderedQueue<>(2);
        private final Element element = new Element();

        /** One pending element and a requested commit. */
        public WakeUp() {
            queue.offer(element);
            queue.requestCommit();
        }

        /** Finishes the work. */
        @Actor
        public void finisher(ZZ_Result result) {
            element.publish(CommitEntry.DONE);
            result.r1 = queue.requestCommit();
        }

        /** Commits. */
        @Actor
        public void home(ZZ_Result result) {
            queue.beginCommit();
            result.r2 = queue.pollReady() != null;
        }
    }

    /** Two finish at once: one of them wakes the home, whose one commit takes both in order. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1, 2", "0, 1, 1, 2"},
            expect = ACCEPTABLE,
            desc = "Woken once, taken in order.")
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
            queue.offer(first);
            queue.offer(second);
        }

        /** Finishes the first. */
        @Actor
        public void one(IIII_Result result) {
            first.publish(CommitEntry.DONE);
            result.r1 = queue.requestCommit() ? 1 : 0;
        }

        /** Finishes the second. */
        @Actor
        public void two(IIII_Result result) {
            second.publish(CommitEntry.DONE);
            result.r2 = queue.requestCommit() ? 1 : 0;
        }

        /** Commits after both. */
        @Arbiter
        public void home(IIII_Result result) {
            queue.beginCommit();
            result.r3 = poll(queue);
            result.r4 = poll(queue);
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
            queue.offer(element);
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
            queue.offer(Element.finished(1));
            queue.offer(Element.finished(2));
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
            queue.offer(Element.finished(1));
            queue.offer(Element.finished(2));
        }

        /** Offers 3 and 4. */
        @Actor
        public void two() {
            queue.offer(Element.finished(3));
            queue.offer(Element.finished(4));
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

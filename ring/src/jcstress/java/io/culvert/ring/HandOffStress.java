package io.culvert.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** What {@link Mailbox} and {@link WorkRing} promise to threads that race. */
final class HandOffStress {
    private HandOffStress() {}

    /** Something to hand over, with a plain field. */
    static final class Parcel {
        int content;

        Parcel(int content) {
            this.content = content;
        }

        static int contentOf(Parcel parcel) {
            return parcel == null ? 0 : parcel.content;
        }
    }

    /** Messages arrive whole and in order. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "0, 1", "1, 0", "1, 2"},
            expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class MailboxOrder {
        private final Mailbox<Parcel> mailbox = new Mailbox<>(2);

        /** Posts two. */
        @Actor
        public void sender() {
            mailbox.offer(new Parcel(1));
            mailbox.offer(new Parcel(2));
        }

        /** Takes two. */
        @Actor
        public void owner(II_Result result) {
            result.r1 = Parcel.contentOf(mailbox.poll());
            result.r2 = Parcel.contentOf(mailbox.poll());
        }
    }

    /** One piece of work is taken by one taker. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 0"},
            expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class OneTaker {
        private final WorkRing<Parcel> ring = new WorkRing<>(2);

        /** One piece of work waits. */
        public OneTaker() {
            ring.offer(new Parcel(1));
        }

        /** Takes. */
        @Actor
        public void one(II_Result result) {
            result.r1 = Parcel.contentOf(ring.poll());
        }

        /** Takes too. */
        @Actor
        public void two(II_Result result) {
            result.r2 = Parcel.contentOf(ring.poll());
        }
    }

    /** Work is taken whole, or not yet. */
    @JCStressTest
    @Outcome(
            id = {"0", "1"},
            expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class WorkPublication {
        private final WorkRing<Parcel> ring = new WorkRing<>(2);

        /** Offers. */
        @Actor
        public void owner() {
            Parcel parcel = new Parcel(7);
            parcel.content = 1;
            ring.offer(parcel);
        }

        /** Takes. */
        @Actor
        public void thief(I_Result result) {
            result.r1 = Parcel.contentOf(ring.poll());
        }
    }
}

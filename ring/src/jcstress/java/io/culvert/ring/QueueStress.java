// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** {@link Mailbox} and {@link WorkRing} under concurrent access. */
final class QueueStress {
    private QueueStress() {}

    /** A message with a plain field. */
    static final class Parcel {
        int content;

        Parcel(int content) {
            this.content = content;
        }

        static int contentOf(Parcel parcel) {
            return parcel == null ? 0 : parcel.content;
        }
    }

    /** Messages arrive in order, with the fields written before. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "0, 1", "1, 0", "1, 2"},
            expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class MailboxOrder {
        private final Mailbox<Parcel> mailbox = new Mailbox<>(2);

        /** Posts two messages. */
        @Actor
        public void sender() {
            mailbox.offer(new Parcel(1));
            mailbox.offer(new Parcel(2));
        }

        /** Takes two messages. */
        @Actor
        public void owner(II_Result result) {
            result.r1 = Parcel.contentOf(mailbox.poll());
            result.r2 = Parcel.contentOf(mailbox.poll());
        }
    }

    /** One element is taken by one consumer. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 0"},
            expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class OneConsumer {
        private final WorkRing<Parcel> ring = new WorkRing<>(2);

        /** A ring with one element. */
        public OneConsumer() {
            ring.offer(new Parcel(1));
        }

        /** Takes. */
        @Actor
        public void one(II_Result result) {
            result.r1 = Parcel.contentOf(ring.poll());
        }

        /** Takes. */
        @Actor
        public void two(II_Result result) {
            result.r2 = Parcel.contentOf(ring.poll());
        }
    }

    /** An element is taken with the fields written before, or not yet. */
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
        public void stealer(I_Result result) {
            result.r1 = Parcel.contentOf(ring.poll());
        }
    }
}

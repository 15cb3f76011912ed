package io.culvert.engine.noise;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** What {@link ReferenceCounted} promises: keys live as long as anyone may use them, and end once. */
final class ReferenceCountedStress {
    private ReferenceCountedStress() {}

    /** Memory that is 42 while it lives. */
    static final class Counted extends ReferenceCounted {
        int memory = 42;
        int frees;

        @Override
        void free() {
            memory = 0;
            frees++;
        }

        /** Takes a reference if there is one to take, and says what it saw; -1 if there was none. */
        int use() {
            if (!tryAcquire()) {
                return -1;
            }
            int seen = memory;
            release();
            return seen;
        }
    }

    /** The last holder lets go while another wants to take hold. */
    @JCStressTest
    @Outcome(id = "42, 42, 1", expect = ACCEPTABLE, desc = "Taken in time, freed by whoever was last.")
    @Outcome(id = "42, -1, 1", expect = ACCEPTABLE, desc = "Too late: not taken.")
    @Outcome(expect = FORBIDDEN, desc = "Used after the end, or ended twice or never.")
    @State
    public static class AcquireAndRelease {
        private final Counted counted = new Counted();

        /** Uses its reference and gives it back. */
        @Actor
        public void holder(III_Result result) {
            result.r1 = counted.memory;
            counted.release();
        }

        /** Takes one, if it can. */
        @Actor
        public void taker(III_Result result) {
            result.r2 = counted.use();
        }

        /** Counts the ends. */
        @Arbiter
        public void end(III_Result result) {
            result.r3 = counted.frees;
        }
    }

    /** Two holders let go at once: each used what was still there, and one of them freed it. */
    @JCStressTest
    @Outcome(id = "42, 42, 1", expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN, desc = "Used after the end, or ended twice or never.")
    @State
    public static class TwoReleases {
        private final Counted counted = new Counted();

        /** Two references. */
        public TwoReleases() {
            counted.acquire();
        }

        /** Uses one and gives it back. */
        @Actor
        public void one(III_Result result) {
            result.r1 = counted.memory;
            counted.release();
        }

        /** Uses the other and gives it back. */
        @Actor
        public void two(III_Result result) {
            result.r2 = counted.memory;
            counted.release();
        }

        /** Counts the ends. */
        @Arbiter
        public void end(III_Result result) {
            result.r3 = counted.frees;
        }
    }
}

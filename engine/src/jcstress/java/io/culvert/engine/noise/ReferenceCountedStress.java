// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** {@link ReferenceCounted} frees an object once, after the last use. */
final class ReferenceCountedStress {
    private ReferenceCountedStress() {}

    /** An object whose memory is 42 until it is freed. */
    static final class Counted extends ReferenceCounted {
        int memory = 42;
        int frees;

        @Override
        void free() {
            memory = 0;
            frees++;
        }

        /** Reads the memory under a reference; -1 if none could be taken. */
        int use() {
            if (!tryAcquire()) {
                return -1;
            }
            int seen = memory;
            release();
            return seen;
        }
    }

    /** The last holder releases its reference while another thread acquires one. */
    @JCStressTest
    @Outcome(id = "42, 42, 1", expect = ACCEPTABLE, desc = "Acquired before the last release.")
    @Outcome(id = "42, -1, 1", expect = ACCEPTABLE, desc = "Not acquired after the last release.")
    @Outcome(expect = FORBIDDEN, desc = "Used after free, or freed twice or never.")
    @State
    public static class AcquireAndRelease {
        private final Counted counted = new Counted();

        /** Uses its reference and releases it. */
        @Actor
        public void holder(III_Result result) {
            result.r1 = counted.memory;
            counted.release();
        }

        /** Acquires a reference, if possible. */
        @Actor
        public void taker(III_Result result) {
            result.r2 = counted.use();
        }

        /** Reads the number of frees. */
        @Arbiter
        public void end(III_Result result) {
            result.r3 = counted.frees;
        }
    }

    /** Two holders release their references concurrently: each reads valid memory, and one of them frees it. */
    @JCStressTest
    @Outcome(id = "42, 42, 1", expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN, desc = "Used after free, or freed twice or never.")
    @State
    public static class TwoReleases {
        private final Counted counted = new Counted();

        /** Takes the second reference. */
        public TwoReleases() {
            counted.acquire();
        }

        /** Uses one reference and releases it. */
        @Actor
        public void one(III_Result result) {
            result.r1 = counted.memory;
            counted.release();
        }

        /** Uses the other reference and releases it. */
        @Actor
        public void two(III_Result result) {
            result.r2 = counted.memory;
            counted.release();
        }

        /** Reads the number of frees. */
        @Arbiter
        public void end(III_Result result) {
            result.r3 = counted.frees;
        }
    }
}

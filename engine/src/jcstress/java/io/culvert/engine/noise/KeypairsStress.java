// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.culvert.natives.Memory;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@link Keypairs}: the home changes them while any worker seals with the current one. */
final class KeypairsStress {
    private KeypairsStress() {}

    /** A session whose sending key begins with its number. */
    private static Keypair<Object> keypair(int number) {
        Keypair<Object> keypair = new Keypair<>(KeypairsStress.class, number, number, true, 0);
        Memory.putByte(keypair.sendKey(), (byte) number);
        return keypair;
    }

    /** The current session's number, read from its key under a reference; -1 if it could not be taken. */
    private static int use(Keypairs keypairs) {
        Keypair<?> keypair = keypairs.current();
        if (keypair == null || !keypair.tryAcquire()) {
            return -1;
        }
        int number = Memory.getByte(keypair.sendKey());
        keypair.release();
        return number;
    }

    /** A new session comes, and then all end: a worker uses keys that are there, and none that are freed. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "2, 0", "-1, 0"},
            expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN, desc = "Keys are used after they were zeroed, or are not there yet, or stay.")
    @State
    public static class Rotation {
        private final Keypairs keypairs = new Keypairs(index -> {});
        private final Keypair<Object> first = keypair(1);
        private Keypair<Object> second;

        /** One session. */
        public Rotation() {
            keypairs.addNew(first);
        }

        /** Begins another, and drops both. */
        @Actor
        public void home() {
            second = keypair(2);
            keypairs.addNew(second);
            keypairs.clear();
        }

        /** Seals. */
        @Actor
        public void worker(II_Result result) {
            result.r1 = use(keypairs);
        }

        /** Counts the references that were not given back. */
        @Arbiter
        public void end(II_Result result) {
            result.r2 = first.references() + second.references();
        }
    }

    /** A worker that goes on sees the new session. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE)
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "The worker goes on with the former session for ever.")
    @State
    public static class Visible {
        private final Keypairs keypairs = new Keypairs(index -> {});

        /** Waits for a session. */
        @Actor
        public void worker() {
            while (keypairs.current() == null) {
                // Until the home has one.
            }
        }

        /** Begins a session. */
        @Signal
        public void home() {
            keypairs.addNew(keypair(1));
        }
    }
}

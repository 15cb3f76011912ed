// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.culvert.engine.io.RandomSource;
import io.culvert.engine.routing.IndexTable;
import io.culvert.natives.Memory;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A peer is removed while a message for its session arrives. */
final class RemovalStress {
    private RemovalStress() {}

    /** Random numbers are not what is tested. */
    private static final class Counting implements RandomSource {
        private static final AtomicInteger NEXT = new AtomicInteger();

        @Override
        public void fill(long address, int bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void fill(byte[] bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int nextInt() {
            return NEXT.incrementAndGet();
        }
    }

    /** The message is opened with the session's key, or finds no session; the key is zeroed once. */
    @JCStressTest
    @Outcome(
            id = {"7, 0", "-1, 0"},
            expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN, desc = "The key is used after it was zeroed, or stays.")
    @State
    public static class InFlight {
        private final IndexTable<IndexEntry<Object>> table = new IndexTable<>(new Counting());
        private final Keypair<Object> keypair = new Keypair<>(this, 1, 1, true, 0);
        private final int index = table.insert(keypair, 0, (byte) 0);

        /** A session. */
        public InFlight() {
            Memory.putByte(keypair.receiveKey(), (byte) 7);
        }

        /** Opens a message. */
        @Actor
        public void receiver(II_Result result) {
            if (table.lookup(index) instanceof Keypair<?> found && found.tryAcquire()) {
                result.r1 = Memory.getByte(found.receiveKey());
                found.release();
            } else {
                result.r1 = -1;
            }
        }

        /** Removes the peer. */
        @Actor
        public void home() {
            table.remove(index, keypair);
            keypair.release();
        }

        /** Counts the references that were not given back. */
        @Arbiter
        public void end(II_Result result) {
            result.r2 = keypair.references();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.culvert.engine.io.RandomSource;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Lookups in {@link IndexTable} concurrent with changes. */
final class IndexTableStress {
    private IndexTableStress() {}

    /** An entry with a plain field. */
    static final class Session {
        int number;

        Session(int number) {
            this.number = number;
        }
    }

    /** A random source that counts, so that the indices are known. */
    static final class Counting implements RandomSource {
        private int next;

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
            return next += 0x10000;
        }
    }

    private static int number(IndexTable<Session> table, int index) {
        Session session = table.lookup(index);
        return session == null ? -1 : session.number;
    }

    /** A lookup sees all fields of a new entry, or no entry. */
    @JCStressTest
    @Outcome(
            id = {"-1", "1"},
            expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class Insert {
        private final IndexTable<Session> table = new IndexTable<>(new Counting());

        /** Inserts. */
        @Actor
        public void writer() {
            Session session = new Session(7);
            session.number = 1;
            table.insert(session, 0, 0);
        }

        /** Looks up. */
        @Actor
        public void reader(I_Result result) {
            result.r1 = number(table, 0x10000);
        }
    }

    /** A keypair replaces its handshake atomically. */
    @JCStressTest
    @Outcome(
            id = {"1, 1", "1, 2", "2, 2"},
            expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class Replace {
        private final IndexTable<Session> table = new IndexTable<>(new Counting());
        private final Session handshake = new Session(1);

        /** Inserts a handshake. */
        public Replace() {
            table.insert(handshake, 0, 0);
        }

        /** Replaces it. */
        @Actor
        public void writer() {
            Session keypair = new Session(7);
            keypair.number = 2;
            table.replace(0x10000, handshake, keypair);
        }

        /** Looks up twice. */
        @Actor
        public void reader(II_Result result) {
            result.r1 = number(table, 0x10000);
            result.r2 = number(table, 0x10000);
        }
    }

    /** Of two writers that replace the same entry, one succeeds. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 2", "0, 1, 3"},
            expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class TwoWriters {
        private final IndexTable<Session> table = new IndexTable<>(new Counting());
        private final Session handshake = new Session(1);

        /** Inserts a handshake. */
        public TwoWriters() {
            table.insert(handshake, 0, 0);
        }

        /** Replaces it. */
        @Actor
        public void one(III_Result result) {
            result.r1 = table.replace(0x10000, handshake, new Session(2)) ? 1 : 0;
        }

        /** Replaces it concurrently. */
        @Actor
        public void two(III_Result result) {
            result.r2 = table.replace(0x10000, handshake, new Session(3)) ? 1 : 0;
        }

        /** Looks up. */
        @Arbiter
        public void arbiter(III_Result result) {
            result.r3 = number(table, 0x10000);
        }
    }

    /** Lookups find an entry while the table is rebuilt and another entry is removed. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class Rebuild {
        private static final int FULL = 32;

        private final IndexTable<Session> table = new IndexTable<>(new Counting());
        private final Session other = new Session(2);

        /** Fills the table, so that the next insertion rebuilds it. */
        public Rebuild() {
            table.insert(new Session(1), 0, 0);
            for (int i = 1; i < FULL; i++) {
                table.insert(other, 0, 0);
            }
        }

        /** Rebuilds the table. */
        @Actor
        public void writer() {
            table.insert(other, 0, 0);
            table.remove(0x20000, other);
        }

        /** Looks up twice. */
        @Actor
        public void reader(II_Result result) {
            result.r1 = number(table, 0x10000);
            result.r2 = number(table, 0x10000);
        }
    }
}

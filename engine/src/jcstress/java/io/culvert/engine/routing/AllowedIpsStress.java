// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Lookups in {@link AllowedIps} concurrent with changes. */
final class AllowedIpsStress {
    private static final int ADDRESS = 0x0a010203;
    private static final Prefix WIDE = new Prefix(false, 0, ADDRESS, 8);
    private static final Prefix NARROW = new Prefix(false, 0, ADDRESS, 16);
    private static final Prefix NARROWEST = new Prefix(false, 0, ADDRESS, 24);

    private AllowedIpsStress() {}

    /** A peer, with a plain field. */
    static final class Peer {
        int number;

        Peer(int number) {
            this.number = number;
        }
    }

    private static int number(AllowedIps<Peer> table) {
        Peer peer = table.lookup4(ADDRESS);
        return peer == null ? -1 : peer.number;
    }

    /** A lookup sees all fields of a new peer, or no peer. */
    @JCStressTest
    @Outcome(
            id = {"-1", "1"},
            expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class Insert {
        private final AllowedIps<Peer> table = new AllowedIps<>();

        /** Inserts. */
        @Actor
        public void writer() {
            Peer peer = new Peer(7);
            peer.number = 1;
            table.insert(NARROW, peer);
        }

        /** Looks up. */
        @Actor
        public void reader(I_Result result) {
            result.r1 = number(table);
        }
    }

    /** A prefix moves from one peer to another atomically. */
    @JCStressTest
    @Outcome(
            id = {"1, 1", "1, 2", "2, 2"},
            expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN)
    @State
    public static class Move {
        private final AllowedIps<Peer> table = new AllowedIps<>();

        /** Assigns the prefix to one peer. */
        public Move() {
            table.insert(NARROW, new Peer(1));
        }

        /** Assigns the prefix to another peer. */
        @Actor
        public void writer() {
            table.insert(NARROW, new Peer(2));
        }

        /** Looks up twice. */
        @Actor
        public void reader(II_Result result) {
            result.r1 = number(table);
            result.r2 = number(table);
        }
    }

    /** While a writer replaces a match by one of another length, lookups never return the less specific route. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE)
    @Outcome(expect = FORBIDDEN, desc = "A packet took a less specific route.")
    @State
    public static class TwoChanges {
        private final AllowedIps<Peer> table = new AllowedIps<>();
        private final Peer peer = new Peer(1);

        /** Inserts a wide and a narrow prefix. */
        public TwoChanges() {
            table.insert(WIDE, new Peer(2));
            table.insert(NARROWEST, peer);
        }

        /** Replaces the narrow prefix. */
        @Actor
        public void writer() {
            table.insert(NARROW, peer);
            table.remove(NARROWEST, peer);
        }

        /** Looks up twice. */
        @Actor
        public void reader(II_Result result) {
            result.r1 = number(table);
            result.r2 = number(table);
        }
    }

    /** A reader that goes on sees the change. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE)
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "The reader goes on with the former configuration for ever.")
    @State
    public static class Visible {
        private final AllowedIps<Peer> table = new AllowedIps<>();

        /** Waits for a peer. */
        @Actor
        public void reader() {
            while (table.lookup4(ADDRESS) == null) {
                // Until the writer has inserted it.
            }
        }

        /** Inserts. */
        @Signal
        public void writer() {
            table.insert(NARROW, new Peer(1));
        }
    }
}

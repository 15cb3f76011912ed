// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.Keypair;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** {@link AttentionList} and the wants of {@link PeerPath}: the home attends to each, and sees what was written. */
final class AttentionStress {
    private AttentionStress() {}

    /** A peer that records what it attended to. */
    static final class Recorder extends PeerPath {
        int written;
        int attended;
        int seen;

        Recorder() {
            super(null, (byte) 0);
        }

        @Override
        protected void attend(int reasons) {
            attended |= reasons;
            seen = written;
        }

        @Override
        public Keypair<?> takeSendingKeypair(long now) {
            return null;
        }

        @Override
        public void stage(Worker worker, long vnetHeader, int length, int packets) {
            throw new AssertionError("no train is committed here");
        }

        @Override
        public UdpEndpoint endpoint() {
            return null;
        }

        @Override
        public void sent(Worker worker, Keypair<?> keypair, long counter, boolean data) {
            throw new AssertionError("no train is committed here");
        }

        @Override
        public void authenticated(Worker worker, Keypair<?> keypair, UdpEndpoint from) {
            throw new AssertionError("no train is committed here");
        }

        @Override
        public void received(Worker worker, long bytes, boolean data) {
            throw new AssertionError("no train is committed here");
        }
    }

    /** A list, and two peers. */
    private static class Peers {
        final AttentionList list = new AttentionList();
        final Recorder peer = new Recorder();
        final Recorder other = new Recorder();

        final void want(Recorder who, int reasons) {
            if (who.addWants(reasons)) {
                list.add(who);
            }
        }

        final void attendToTheRest(III_Result result) {
            list.attendAll();
            result.r1 = peer.attended;
            result.r2 = peer.seen;
            result.r3 = other.attended;
        }
    }

    /** A worker wants something of two peers while the home attends. */
    @JCStressTest
    @Outcome(id = "3, 42, 4", expect = ACCEPTABLE, desc = "All wants were attended to, after what was written before.")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class WorkerAndHome extends Peers {
        /** Writes, and wants. */
        @Actor
        public void worker() {
            want(peer, 1);
            peer.written = 42;
            want(peer, 2);
            want(other, 4);
        }

        /** Attends. */
        @Actor
        public void home() {
            list.attendAll();
        }

        /** Attends to the rest. */
        @Arbiter
        public void end(III_Result result) {
            attendToTheRest(result);
        }
    }

    /** Two workers want different things of two peers. */
    @JCStressTest
    @Outcome(id = "3, 42, 4", expect = ACCEPTABLE, desc = "All wants were attended to, after what was written before.")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class TwoWorkers extends Peers {
        /** Writes, and wants. */
        @Actor
        public void one() {
            peer.written = 42;
            want(peer, 1);
        }

        /** Wants of both peers. */
        @Actor
        public void two() {
            want(peer, 2);
            want(other, 4);
        }

        /** Attends. */
        @Arbiter
        public void end(III_Result result) {
            attendToTheRest(result);
        }
    }
}

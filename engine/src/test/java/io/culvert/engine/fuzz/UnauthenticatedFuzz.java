// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.culvert.engine.device.PeerSnapshot;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.Datagram;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.util.Arrays;
import java.util.List;

/**
 * Any datagrams that are not authentic, and damaged and replayed ones of a tunnel, of every type: they bring nothing
 * out of the TUN, change nothing that the device shows of its peer, and the session works afterwards.
 */
public final class UnauthenticatedFuzz {
    private static final int MOST_DATAGRAMS = 60;

    private UnauthenticatedFuzz() {}

    /** One input. */
    public static void fuzzerTestOneInput(FuzzedDataProvider data) {
        try (Simulation simulation = new Simulation(1, 2)) {
            Node a = simulation.node();
            Node b = simulation.node();
            a.addPeer(b, b.outer4);
            b.addPeer(a, a.outer4);
            a.send(b, 0, 100);
            simulation.runUntilIdle();
            b.send(a, 2, 100);
            simulation.runUntilIdle();
            List<Datagram> genuine = simulation.network().sent();
            check(a.received().equals(List.of(2)) && b.received().equals(List.of(0)), "the tunnel works");
            String before = state(b);
            for (int i = 0; i < MOST_DATAGRAMS && data.remainingBytes() > 0; i++) {
                Address from = Address.of("198.51.100." + data.consumeInt(1, 9), data.consumeInt(1, 65_535));
                simulation.network().inject(new Datagram(payload(data, genuine), from, b.outer4, 0, 0));
                if (data.consumeBoolean()) {
                    simulation.runUntilIdle();
                }
            }
            simulation.runUntilIdle();
            check(b.tun().received().isEmpty(), "nothing comes out of the TUN");
            check(state(b).equals(before), "the peer is as before: " + state(b) + ", before " + before);
            a.send(b, 4, 100);
            b.send(a, 6, 100);
            simulation.runUntilIdle();
            check(b.received().equals(List.of(4)) && a.received().equals(List.of(6)), "the session works");
        }
    }

    private static byte[] payload(FuzzedDataProvider data, List<Datagram> genuine) {
        if (data.consumeInt(0, 3) == 0) {
            byte[] any = data.consumeBytes(data.consumeInt(0, 200));
            if (any.length > 3 && data.consumeBoolean()) {
                any[0] = (byte) data.consumeInt(0, 5);
                Arrays.fill(any, 1, 4, (byte) 0);
            }
            return any;
        }
        byte[] payload = genuine.get(data.consumeInt(0, genuine.size() - 1)).payload();
        byte[] changed = Arrays.copyOf(payload, Math.max(0, payload.length + data.pickValue(new int[] {0, 0, -1, 16})));
        for (int changes = data.consumeInt(0, 3); changes > 0 && changed.length > 0; changes--) {
            changed[data.consumeInt(0, changed.length - 1)] = data.consumeByte();
        }
        return changed;
    }

    private static String state(Node node) {
        try (PeerSnapshot peer = node.peer()) {
            return peer.endpoint().toSocketAddress() + " " + peer.handshakeSeconds() + " " + peer.handshakeNanos() + " "
                    + peer.receivedBytes() + " " + peer.sentBytes();
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("does not hold: " + what);
        }
    }
}

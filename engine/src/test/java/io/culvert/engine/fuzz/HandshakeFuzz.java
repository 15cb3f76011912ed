// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.testkit.Datagram;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Two devices between which the input decides about each datagram: it is delivered, lost, damaged, held back or sent
 * again later; while packets are sent, time passes, interfaces go down and up, and preshared keys and sessions change.
 * Nothing throws, and the tunnel works once the network does.
 */
public final class HandshakeFuzz {
    private static final int MOST_STEPS = 80;
    private static final int ATTEMPTS = 40;

    private final FuzzedDataProvider data;
    private final Simulation simulation;
    private final Node[] nodes;
    private final List<Datagram> held = new ArrayList<>();
    private int number;

    private HandshakeFuzz(FuzzedDataProvider data, Simulation simulation) {
        this.data = data;
        this.simulation = simulation;
        nodes = new Node[] {simulation.node(), simulation.node()};
        nodes[0].addPeer(nodes[1], nodes[1].outer4);
        nodes[1].addPeer(nodes[0], nodes[0].outer4);
    }

    /** One input. */
    public static void fuzzerTestOneInput(FuzzedDataProvider data) {
        try (Simulation simulation = new Simulation(1, 2)) {
            new HandshakeFuzz(data, simulation).run();
        }
    }

    private void run() {
        simulation.network().block(this::take);
        for (int i = 0; i < MOST_STEPS && data.remainingBytes() > 0; i++) {
            step(data.consumeInt(0, 11));
            simulation.runUntilIdle();
        }
        simulation.network().unblock();
        setPresharedKeys((byte) 0);
        for (Node node : nodes) {
            node.tun().setLink(true);
            node.tun().received();
        }
        // Retransmission of an initiation may take 5 s and some; a handshake that was given up begins with a packet.
        boolean[] arrived = new boolean[2];
        for (int i = 0; i < ATTEMPTS && !(arrived[0] && arrived[1]); i++) {
            // Not both at the same moment, lest their initiations cross each time.
            nodes[0].send(nodes[1], 2 * number++, 40);
            simulation.run(700 * Simulation.MILLISECOND);
            nodes[1].send(nodes[0], 2 * number++, 40);
            simulation.run(Simulation.SECOND);
            arrived[0] |= !nodes[0].received().isEmpty();
            arrived[1] |= !nodes[1].received().isEmpty();
        }
        if (!(arrived[0] && arrived[1])) {
            throw new AssertionError("the tunnel does not work " + ATTEMPTS + " packets after the network does");
        }
    }

    private void step(int kind) {
        Node node = nodes[data.consumeBoolean() ? 1 : 0];
        Node other = node == nodes[0] ? nodes[1] : nodes[0];
        switch (kind) {
            case 0, 1, 2 -> node.send(other, 2 * number++, data.consumeInt(4, 1400));
            case 3, 4 -> release(node == nodes[0]);
            case 5 -> simulation.run(data.consumeInt(0, 30) * Simulation.SECOND);
            case 6 -> simulation.run(data.consumeInt(0, 200) * Simulation.MILLISECOND);
            case 7 -> simulation.run(130 * Simulation.SECOND);
            case 8 -> {
                node.tun().setLink(false);
                node.tun().setLink(true);
            }
            case 9 -> node.device().forgetSessions();
            case 10 -> setPresharedKeys(data.consumeByte());
            default -> {
                node.removePeer(other);
                node.addPeer(other, data.consumeBoolean() ? other.outer4 : other.outer6);
            }
        }
    }

    /** Whether a datagram does not arrive now. */
    private boolean take(Datagram datagram) {
        if (data.remainingBytes() == 0) {
            return false;
        }
        int fate = data.consumeInt(0, 7);
        if (fate < 3) {
            return false;
        }
        if (fate == 3) {
            byte[] damaged = datagram.payload().clone();
            damaged[data.consumeInt(0, damaged.length - 1)] ^= (byte) data.consumeInt(1, 255);
            held.add(new Datagram(damaged, datagram.from(), datagram.to(), 0, 0));
        } else if (fate < 7) {
            held.add(datagram);
        }
        return fate != 6;
    }

    /** Delivers datagrams that were held back, in order or reversed, and keeps the last one for another time. */
    private void release(boolean reversed) {
        List<Datagram> all = new ArrayList<>(reversed ? held.reversed() : held);
        held.clear();
        all.forEach(simulation.network()::inject);
        if (!all.isEmpty()) {
            held.add(all.getLast());
        }
    }

    private void setPresharedKeys(byte value) {
        byte[] bytes = new byte[Secret.BYTES];
        Arrays.fill(bytes, value);
        for (int i = 0; i < nodes.length; i++) {
            try (DeviceUpdate update = new DeviceUpdate(
                    null,
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    false,
                    List.of(new PeerUpdate(
                            nodes[1 - i].publicKey(),
                            false,
                            true,
                            new Secret(bytes),
                            null,
                            OptionalInt.empty(),
                            false,
                            List.of())))) {
                nodes[i].apply(update);
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.InnerPacket;
import java.util.HashMap;
import java.util.Map;

/** Packets into the tunnels: datagrams and TCP segments of several flows, single and as super-packets. */
final class Traffic {
    /** The flows of two hosts: UDP over both families, TCP likewise, super-packets of both. */
    static final int FLOWS = 6;

    /** The longest payload of a single packet. */
    static final int MOST_BYTES = 1_300;

    /** The most bytes that one peer's staged packets take: 128 packets, and one super-packet. */
    static final long MOST_STAGED = 128 * (MOST_BYTES + 200L) + 65_800;

    private static final int FIRST_PORT = 1_000;
    private static final int TO_PORT = 7;
    private static final int MOST_SEGMENTS = 40;

    private final World world;
    /** By port and hosts, the next TCP sequence number. */
    private final Map<Integer, Integer> sequences = new HashMap<>();

    Traffic(World world) {
        this.world = world;
    }

    /** Sends packets of a flow; {@code to} is 0 for the floating address. */
    void send(Host from, int to, int flow, int packets, int bytes) {
        boolean ipv6 = flow % 2 == 1;
        Address source = Packets.inner(from.number, ipv6, FIRST_PORT + flow);
        Address target = Packets.inner(to, ipv6, TO_PORT);
        int queue = queue(from, to, flow);
        int left = packets;
        while (left > 0) {
            int segments = flow < 4 ? 1 : Math.min(left, MOST_SEGMENTS);
            int mss = Math.min(bytes, 60_000 / segments);
            byte[] payload = world.packets.payload(from.number, to, flow, false, segments * mss, mss);
            send(from, source, target, flow, payload, mss, queue);
            left -= segments;
        }
    }

    /**
     * The queue of the TUN: as the kernel chooses it, that of the peer's home, where the flow's replies are written.
     * Without a home, any.
     */
    private int queue(Host from, int to, int flow) {
        int peer = from != world.hub() ? World.HUB : to == 0 ? world.packets.owner() : to;
        int home = from.home(world.host(peer).publicKey());
        return home >= 0 ? home : flow % from.workers;
    }

    private void send(Host from, Address source, Address target, int flow, byte[] payload, int mss, int queue) {
        int key = from.number << 16 | flow << 8 | (int) (target.low() & 0xff);
        int sequence = sequences.merge(key, payload.length, Integer::sum) - payload.length;
        switch (flow) {
            case 0, 1 -> from.tun().send(InnerPacket.udp(source, target, payload), queue);
            case 2, 3 -> from.tun().send(InnerPacket.tcp(source, target, sequence, payload), queue);
            case 4 -> from.tun().sendFramed(InnerPacket.superTcp(source, target, sequence, payload, mss), queue);
            default -> from.tun().sendFramed(InnerPacket.superUdp(source, target, payload, mss), queue);
        }
    }

    /** Sends the hub a packet whose source is an address that the spoke may not use. */
    void forge(Host spoke, int source) {
        byte[] payload = world.packets.payload(spoke.number, World.HUB, 0, true, 100, 100);
        spoke.tun()
                .send(
                        InnerPacket.udp(
                                Packets.inner(source, false, FIRST_PORT),
                                Packets.inner(World.HUB, false, TO_PORT),
                                payload),
                        0);
    }

    /** Sends one small packet; returns its number. */
    int probe(Host from, int to) {
        int number = world.packets.count();
        send(from, to, 0, 1, Packets.LEAST + 20);
        return number;
    }
}

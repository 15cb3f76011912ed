// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.InnerPacket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The packets that went into tunnels, each with a number of its own in its payload, and what is known of those that
 * came out.
 */
final class Packets {
    /** The shortest payload: the mark and the number. */
    static final int LEAST = 8;

    private static final int MARK = 0x43_55_4c_56;
    private static final int UDP = 17;
    private static final int TCP = 6;

    /**
     * A packet.
     *
     * @param from the number of the host where it went in
     * @param to the number of the host it is for, 0 for the host that has the floating address
     * @param flow of the two
     * @param forged whether its source is an address that the host may not use, so that it must not come out
     * @param owners how many moves of the floating address there were when it went in
     * @param epoch of the order: packets of different ones are not compared
     */
    private record Packet(int from, int to, int flow, boolean forged, int owners, int epoch) {}

    /** What packets have in common that must come out in order. */
    private record Flow(int from, int to, int host, int number, int owner, int epoch) {}

    private final List<Packet> packets = new ArrayList<>();
    private final BitSet arrived = new BitSet();
    /** By flow, the greatest number that has come out. */
    private final Map<Flow, Integer> last = new HashMap<>();
    /** The hosts that had the floating address, in order. */
    private final List<Integer> owners = new ArrayList<>();

    private boolean ordered;
    private int epoch;

    /** With {@code ordered}, packets of a flow must keep their order. */
    Packets(boolean ordered) {
        this.ordered = ordered;
    }

    /** The network does not keep the order any more. */
    void orderEnds() {
        ordered = false;
    }

    /** From now on packets may be read by other workers than those before, which perhaps wait for a CPU. */
    void newEpoch() {
        epoch++;
    }

    /** The floating address belongs to a host now. */
    void moveAddress(int host) {
        owners.add(host);
    }

    /** The host that has the floating address. */
    int owner() {
        return owners.getLast();
    }

    /** The number of packets that went in. */
    int count() {
        return packets.size();
    }

    /** The number of packets that came out. */
    int arrivals() {
        return arrived.cardinality();
    }

    /** Whether a packet has come out. */
    boolean hasArrived(int number) {
        return arrived.get(number);
    }

    /**
     * The payload of new packets of a flow, one for each {@code mss} bytes.
     *
     * @return {@code bytes} bytes, at least {@value #LEAST} for each packet
     */
    byte[] payload(int from, int to, int flow, boolean forged, int bytes, int mss) {
        ByteBuffer payload = ByteBuffer.allocate(bytes);
        for (int at = 0; at < bytes; at += mss) {
            int number = packets.size();
            packets.add(new Packet(from, to, flow, forged, owners.size(), epoch));
            payload.position(at).putInt(MARK).putInt(number);
            for (int i = at + LEAST; i < Math.min(at + mss, bytes); i++) {
                payload.put((byte) (number * 31 + i - at));
            }
        }
        return payload.array();
    }

    /** Takes what came out of a host's tunnel. */
    void arrive(int host, byte[] framed) {
        List<byte[]> segments;
        try {
            segments = InnerPacket.split(framed);
        } catch (AssertionError e) {
            throw new Violation(Invariant.PLAINTEXT, "a damaged packet came out at wg" + host + ": " + e.getMessage());
        }
        for (byte[] segment : segments) {
            int protocol = segment[segment[0] >>> 4 == 4 ? 9 : 6];
            if (protocol == UDP || protocol == TCP) {
                arrive(host, ByteBuffer.wrap(InnerPacket.payload(segment)));
            }
        }
    }

    private void arrive(int host, ByteBuffer payload) {
        if (payload.remaining() < LEAST || payload.getInt() != MARK) {
            throw new Violation(Invariant.PLAINTEXT, "a packet that nobody sent came out at wg" + host);
        }
        int number = payload.getInt();
        for (int i = LEAST; payload.hasRemaining(); i++) {
            if (payload.get() != (byte) (number * 31 + i)) {
                throw new Violation(Invariant.PLAINTEXT, "packet " + number + " was changed on its way to wg" + host);
            }
        }
        Packet packet = packets.get(number);
        if (packet.forged) {
            throw new Violation(
                    Invariant.PLAINTEXT,
                    "packet %d, with a source that wg%d may not use, came out at wg%d"
                            .formatted(number, packet.from, host));
        }
        if (!isFor(packet, host)) {
            throw new Violation(
                    Invariant.PLAINTEXT,
                    "packet %d of wg%d for %s came out at wg%d"
                            .formatted(
                                    number,
                                    packet.from,
                                    packet.to == 0 ? "the floating address" : "wg" + packet.to,
                                    host));
        }
        if (arrived.get(number)) {
            throw new Violation(Invariant.ONCE, "packet " + number + " came out twice at wg" + host);
        }
        arrived.set(number);
        checkOrder(packet, number, host);
    }

    /** Whether a host may see a packet: one that had the floating address after the packet went in may. */
    boolean isFor(int number, int host) {
        return isFor(packets.get(number), host);
    }

    private boolean isFor(Packet packet, int host) {
        return packet.to == host
                || packet.to == 0
                        && owners.subList(packet.owners - 1, owners.size()).contains(host);
    }

    private void checkOrder(Packet packet, int number, int host) {
        if (!ordered) {
            return;
        }
        // Packets that wait for a session are routed again once it is there, perhaps to the address's new owner.
        int owner = packet.to == 0 ? packet.owners : 0;
        Flow flow = new Flow(packet.from, packet.to, host, packet.flow, owner, packet.epoch);
        Integer before = last.put(flow, number);
        if (before != null && before > number) {
            throw new Violation(
                    Invariant.ORDER,
                    "packet %d of wg%d came out at wg%d after packet %d of the same flow"
                            .formatted(number, packet.from, host, before));
        }
    }

    /** The number of the packet in a plaintext inner packet; -1 if there is none, as in ICMP errors. */
    static int numberIn(ByteBuffer packet) {
        if (packet.remaining() < 20) {
            return -1;
        }
        int ip = packet.get(0) >>> 4 == 4 ? 20 : 40;
        int protocol = packet.get(ip == 20 ? 9 : 6);
        int at = ip + (protocol == UDP ? 8 : 20);
        boolean marked =
                (protocol == UDP || protocol == TCP) && packet.remaining() >= at + LEAST && packet.getInt(at) == MARK;
        return marked ? packet.getInt(at + 4) : -1;
    }

    /** The address of a host inside the tunnel with the port of a flow. */
    static Address inner(int host, boolean ipv6, int port) {
        if (host == 0) {
            return Address.of(ipv6 ? "fd00:1::1" : "10.1.0.1", port);
        }
        return Address.of(ipv6 ? "fd00::" + host : "10.0.0." + host, port);
    }
}

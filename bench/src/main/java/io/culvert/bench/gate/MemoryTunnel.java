// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.testkit.InnerPacket;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.MemoryPlatform;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.ScaledClock;
import io.culvert.natives.Memory;

/**
 * A tunnel in memory that carries one TCP super-packet again and again: the whole pipeline without system calls. The
 * sending worker looks up, segments, seals and sends; the receiving one looks up, opens, checks and coalesces. Confined
 * to one thread.
 */
final class MemoryTunnel implements AutoCloseable {
    /** The number of segments in the super-packet, each of {@value #PACKET_BYTES} bytes. */
    static final int PACKETS = 46;

    /** Bytes of the inner packets. */
    static final int PACKET_BYTES = 1420;

    /** PACKET_BYTES without the headers of IPv4 and TCP. */
    private static final int SEGMENT = PACKET_BYTES - 20 - 20;

    private static final Aeads AEADS = new Aeads(AeadChoice.AUTO);
    private static final int HANDSHAKE_STEPS = 100;

    private final ScaledClock clock = ScaledClock.realTime();
    private final MemoryNetwork network = new MemoryNetwork(clock, 1);
    private final Node sender = node(1, 2);
    private final Node receiver = node(2, 1);
    private final long packet;
    private final int packetBytes;

    /** Opens the tunnel and sends a first super-packet through it. */
    MemoryTunnel() {
        DirectTransport.connect(sender.platform().io(0), receiver.platform().io(0));
        sender.addPeer(receiver, receiver.outer4);
        receiver.addPeer(sender, sender.outer4);
        byte[] framed = InnerPacket.superTcp(sender.inner4, receiver.inner4, 1, new byte[PACKETS * SEGMENT], SEGMENT);
        packetBytes = framed.length;
        packet = Memory.allocate(packetBytes, 64);
        Memory.copy(framed, 0, packet, packetBytes);
        transport(sender).offer(packet, packetBytes);
        for (int i = 0; i < HANDSHAKE_STEPS; i++) {
            work(sender);
            receiver.device().handshakes().doWork();
            work(receiver);
            sender.device().handshakes().doWork();
        }
        check(transport(receiver).takeWritten() > 0);
    }

    private Node node(int number, int other) {
        MemoryPlatform platform = MemoryPlatform.unchecked(
                clock,
                network,
                "memory",
                1,
                number,
                (host, worker) -> new DirectTransport(Node.outer4(other)),
                Node.outer4(number));
        Node node = new Node(platform, number, number, new DeviceOptions(1, AEADS::create, false));
        node.tun().setLink(true);
        return node;
    }

    private static DirectTransport transport(Node node) {
        return (DirectTransport) node.platform().io(0).transport();
    }

    private static void work(Node node) {
        node.device().workers().get(0).doWork();
    }

    /** Sends the super-packet; returns when its datagrams are in the receiver's buffers. */
    void send() {
        transport(sender).offer(packet, packetBytes);
        work(sender);
    }

    /** Receives the datagrams; returns when their packets are written to the TUN. */
    void receive() {
        work(receiver);
    }

    /**
     * Makes sure that the last super-packet arrived whole.
     *
     * @throws IllegalStateException if it did not
     */
    void verify() {
        check(transport(receiver).takeWritten() >= (long) PACKETS * SEGMENT);
    }

    private static void check(boolean arrived) {
        if (!arrived) {
            throw new IllegalStateException("the tunnel in memory lost packets");
        }
    }

    @Override
    public void close() {
        sender.close();
        receiver.close();
        Memory.free(packet);
    }
}

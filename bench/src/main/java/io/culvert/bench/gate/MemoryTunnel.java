// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import io.culvert.engine.packet.InternetChecksum;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;
import java.io.IOException;

/**
 * A tunnel in memory that carries one TCP super-packet repeatedly: Culvert's whole pipeline except system calls. The
 * sending worker looks up, segments, seals and sends; the receiving worker looks up, opens, checks and coalesces. One
 * thread.
 */
final class MemoryTunnel implements AutoCloseable {
    /** Segments of a super-packet, each of {@value #PACKET_BYTES} bytes. */
    static final int PACKETS = 46;

    /** The length of an inner packet. */
    static final int PACKET_BYTES = 1420;

    private static final int IP_HEADER = 20;
    private static final int TCP_HEADER = 20;
    private static final int TCP = 6;
    private static final int CHECKSUM_OFFSET = 16;
    private static final int SEGMENT = PACKET_BYTES - IP_HEADER - TCP_HEADER;
    private static final int LENGTH = IP_HEADER + TCP_HEADER + PACKETS * SEGMENT;
    private static final int HANDSHAKE_STEPS = 100;

    private final MemoryEnd sender = new MemoryEnd(1);
    private final MemoryEnd receiver = new MemoryEnd(2);
    private final long packet = Memory.allocate(VirtioNetHeader.BYTES + LENGTH, 64);

    /** Opens the tunnel, and carries a first packet. */
    MemoryTunnel() throws IOException {
        sender.connect(receiver);
        receiver.connect(sender);
        fill();
        sender.io().offer(packet, VirtioNetHeader.BYTES + LENGTH);
        for (int i = 0; i < HANDSHAKE_STEPS; i++) {
            sender.work();
            receiver.handshakes();
            receiver.work();
            sender.handshakes();
        }
        check(receiver.io().takeWritten() > 0);
    }

    private void fill() {
        Memory.zero(packet, VirtioNetHeader.BYTES + LENGTH);
        VirtioNetHeader.set(
                packet, VirtioNetHeader.GSO_TCPV4, IP_HEADER + TCP_HEADER, SEGMENT, IP_HEADER, CHECKSUM_OFFSET);
        long ip = packet + VirtioNetHeader.BYTES;
        Memory.putByte(ip, (byte) 0x45);
        Memory.putShortBE(ip + 2, LENGTH);
        Memory.putShortBE(ip + 6, 0x4000);
        Memory.putByte(ip + 8, (byte) 64);
        Memory.putByte(ip + 9, (byte) TCP);
        Memory.putIntBE(ip + 12, MemoryEnd.inside(1));
        Memory.putIntBE(ip + 16, MemoryEnd.inside(2));
        Memory.putShort(ip + 10, InternetChecksum.finish(InternetChecksum.sum(ip, IP_HEADER)));
        long tcp = ip + IP_HEADER;
        Memory.putShortBE(tcp, 5201);
        Memory.putShortBE(tcp + 2, 5201);
        Memory.putIntBE(tcp + 4, 1);
        Memory.putIntBE(tcp + 8, 1);
        Memory.putByte(tcp + 12, (byte) (TCP_HEADER / 4 << 4));
        Memory.putByte(tcp + 13, (byte) 0x10);
        Memory.putShortBE(tcp + 14, 512);
    }

    /** Sends the super-packet into the other end's buffers. */
    void send() {
        sender.io().offer(packet, VirtioNetHeader.BYTES + LENGTH);
        sender.work();
    }

    /** Receives the datagrams, and writes the packets to the TUN. */
    void receive() {
        receiver.work();
    }

    /**
     * Checks that the last super-packet arrived completely.
     *
     * @throws IllegalStateException if it did not
     */
    void verify() {
        check(receiver.io().takeWritten() >= (long) PACKETS * SEGMENT);
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

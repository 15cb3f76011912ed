// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.warmup;

import io.culvert.engine.packet.IpPacket;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;

/**
 * Writes the packets of the warm-up, each behind its virtio-net header, to one place in memory. Payloads are zero, and
 * checksums are those that the kernel leaves to an interface. Confined to one thread.
 */
final class Packets {
    /** Flows of each kind and direction. */
    static final int FLOWS = 8;

    private static final int MSS = 1380;
    private static final int LONGEST_STREAM = 45 * MSS;
    private static final int DATAGRAM = 1000;
    private static final int LONGEST_DATAGRAM = 1361;
    /** A step through lengths, a prime, so that all occur in a mixed order. */
    private static final int STRIDE = 7919;

    private static final int TCP_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final int TCP_CHECKSUM = 16;
    private static final int UDP_CHECKSUM = 6;
    private static final int FIRST_PORT = 1000;

    private final long address;
    private final long ip;
    private final long transport;
    /** The next sequence number of each TCP flow, by direction. */
    private final int[][] sequence = new int[2][FLOWS];

    /** Packets at an address with room for the longest. */
    Packets(long address) {
        this.address = address;
        ip = address + VirtioNetHeader.BYTES;
        transport = ip + IpPacket.IPV4_HEADER;
    }

    /** Where the last packet begins, with its virtio-net header. */
    long address() {
        return address;
    }

    /** Writes a datagram, short or long by its number; returns the length with the virtio-net header. */
    int datagram(int from, int flow, int number) {
        int bytes = number % 3 == 0 ? number % 200 : LONGEST_DATAGRAM;
        return udp(from, flow, bytes, VirtioNetHeader.GSO_NONE);
    }

    /** Writes a super-packet of 2 to 16 datagrams; returns the length. */
    int datagrams(int from, int flow, int number) {
        return udp(from, flow, (2 + number / 2 % 15) * DATAGRAM, VirtioNetHeader.GSO_UDP_L4);
    }

    private int udp(int from, int flow, int bytes, int type) {
        ipHeader(from, IpPacket.UDP, UDP_HEADER + bytes);
        Memory.putShortBE(transport, FIRST_PORT + flow);
        Memory.putShortBE(transport + 2, FIRST_PORT);
        Memory.putShortBE(transport + 4, UDP_HEADER + bytes);
        Memory.putShortBE(transport + UDP_CHECKSUM, 1);
        return header(type, UDP_HEADER, type == VirtioNetHeader.GSO_NONE ? 0 : DATAGRAM, UDP_CHECKSUM, bytes);
    }

    /** Writes a segment of a TCP stream, or a super-packet of up to 45; returns the length. */
    int stream(int from, int flow, int number) {
        int bytes = 1 + Math.floorMod(number * STRIDE, LONGEST_STREAM);
        return tcp(from, flow, bytes, bytes > MSS ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_NONE);
    }

    /** Writes an acknowledgement without data; returns the length. */
    int acknowledgement(int from, int flow) {
        return tcp(from, flow, 0, VirtioNetHeader.GSO_NONE);
    }

    private int tcp(int from, int flow, int bytes, int type) {
        ipHeader(from, IpPacket.TCP, TCP_HEADER + bytes);
        Memory.putShortBE(transport, FIRST_PORT + flow);
        Memory.putShortBE(transport + 2, FIRST_PORT);
        Memory.putIntBE(transport + 4, sequence[from][flow]);
        Memory.putIntBE(transport + 8, sequence[1 - from][flow]);
        // Five words, ACK, and a window.
        Memory.putIntBE(transport + 12, 0x5010_0200);
        Memory.putIntBE(transport + TCP_CHECKSUM, 0);
        sequence[from][flow] += bytes;
        return header(type, TCP_HEADER, type == VirtioNetHeader.GSO_NONE ? 0 : MSS, TCP_CHECKSUM, bytes);
    }

    private void ipHeader(int from, int protocol, int bytes) {
        // Version 4, five words, and the length.
        Memory.putIntBE(ip, 0x4500_0000 | IpPacket.IPV4_HEADER + bytes);
        // No fragment; 64 hops.
        Memory.putIntBE(ip + 4, 0x4000);
        Memory.putIntBE(ip + 8, 64 << 24 | protocol << 16);
        Memory.copy(DevicePair.ADDRESSES[from].getAddress(), 0, ip + 12, 4);
        Memory.copy(DevicePair.ADDRESSES[1 - from].getAddress(), 0, ip + 16, 4);
        int sum = 0;
        for (int i = 0; i < IpPacket.IPV4_HEADER; i += 2) {
            sum += Memory.getShortBE(ip + i);
        }
        Memory.putShortBE(ip + 10, ~((sum & 0xffff) + (sum >>> 16)));
    }

    private int header(int type, int transportBytes, int segment, int checksum, int bytes) {
        int headers = IpPacket.IPV4_HEADER + transportBytes;
        VirtioNetHeader.set(address, type, headers, segment, IpPacket.IPV4_HEADER, checksum);
        return VirtioNetHeader.BYTES + headers + bytes;
    }
}

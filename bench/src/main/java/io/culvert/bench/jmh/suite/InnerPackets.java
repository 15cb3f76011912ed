// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.suite;

import io.culvert.engine.packet.InternetChecksum;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;

/**
 * Writes packets as a TUN reader gets them from the kernel: after a virtio-net header, with a partial checksum, and
 * with GSO if they have several segments.
 *
 * @param ipv6 whether IPv6; IPv4 has the addresses 10.0.0.1 and 10.0.{@code to}.1, IPv6 fd00::10 and fd00::{@code to}
 * @param tcp whether TCP, not UDP
 * @param payload bytes of each segment
 * @param segments their number
 */
public record InnerPackets(boolean ipv6, boolean tcp, int payload, int segments) {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int PORT = 5201;
    private static final int OWN = 0x0a000001;

    /** Bytes of IP, TCP or UDP header. */
    public int headerBytes() {
        return (ipv6 ? 40 : 20) + (tcp ? 20 : 8);
    }

    /** Bytes of each segment, headers included. */
    public int segmentBytes() {
        return headerBytes() + payload;
    }

    /** Bytes that {@link #lay} writes. */
    public int bytes() {
        return VirtioNetHeader.BYTES + headerBytes() + segments * payload;
    }

    /** The inner IPv4 address of a peer. */
    public static int peerAddress(int peer) {
        return OWN + (peer + 1 << 8);
    }

    /**
     * Writes a packet.
     *
     * @param at address of {@link #bytes} bytes
     * @param from source address; for IPv6, its last four bytes
     * @param to destination address, likewise
     * @param sequence number of TCP
     */
    public void lay(long at, int from, int to, int sequence) {
        long packet = at + VirtioNetHeader.BYTES;
        int ip = ipv6 ? 40 : 20;
        int total = bytes() - VirtioNetHeader.BYTES;
        Memory.zero(packet, headerBytes());
        if (ipv6) {
            Memory.putIntBE(packet, 6 << 28);
            Memory.putShortBE(packet + 4, total - ip);
            Memory.putByte(packet + 6, (byte) (tcp ? TCP : UDP));
            Memory.putByte(packet + 7, (byte) 64);
            Memory.putByte(packet + 8, (byte) 0xfd);
            Memory.putIntBE(packet + 20, from);
            Memory.putByte(packet + 24, (byte) 0xfd);
            Memory.putIntBE(packet + 36, to);
        } else {
            Memory.putShortBE(packet, 0x4500);
            Memory.putShortBE(packet + 2, total);
            Memory.putShortBE(packet + 6, 0x4000);
            Memory.putByte(packet + 8, (byte) 64);
            Memory.putByte(packet + 9, (byte) (tcp ? TCP : UDP));
            Memory.putIntBE(packet + 12, from);
            Memory.putIntBE(packet + 16, to);
            Memory.putShort(packet + 10, InternetChecksum.finish(InternetChecksum.sum(packet, ip)));
        }
        long transport = packet + ip;
        Memory.putShortBE(transport, PORT);
        Memory.putShortBE(transport + 2, PORT);
        if (tcp) {
            Memory.putIntBE(transport + 4, sequence);
            Memory.putByte(transport + 12, (byte) 0x50);
            Memory.putByte(transport + 13, (byte) 0x10);
            Memory.putShortBE(transport + 14, 512);
        } else {
            Memory.putShortBE(transport + 4, total - ip);
        }
        for (int i = 0; i < segments * payload; i++) {
            Memory.putByte(packet + headerBytes() + i, (byte) (i * 31 + i >>> 8));
        }
        int checksum = tcp ? 16 : 6;
        long pseudo = InternetChecksum.pseudoHeader(packet, tcp ? TCP : UDP) + InternetChecksum.swap(total - ip);
        Memory.putShort(transport + checksum, (short) InternetChecksum.fold(pseudo));
        int tcpType = ipv6 ? VirtioNetHeader.GSO_TCPV6 : VirtioNetHeader.GSO_TCPV4;
        int type = segments == 1 ? VirtioNetHeader.GSO_NONE : tcp ? tcpType : VirtioNetHeader.GSO_UDP_L4;
        VirtioNetHeader.set(at, type, headerBytes(), segments == 1 ? 0 : payload, ip, checksum);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import io.culvert.natives.Memory;

/**
 * Segments the packets read from the TUN: a super-packet (TSO and USO, over IPv4 and IPv6, also inside a UDP tunnel)
 * into its IP packets, a single packet into itself. Completes the checksums that the kernel left to the device.
 *
 * <pre>
 *  | virtio-net | IP header | TCP or UDP | payload 0 | payload 1 | ... | payload n-1 |   read from the TUN
 *                     \___________/ \_________/ |
 *                   | IP | TCP or UDP | payload i |                                      written by each {@link #next}
 * </pre>
 *
 * <p>Inside a UDP tunnel the outer headers stand in front of each segment, see {@link UdpTunnel}.
 *
 * <p>Fields of the virtio-net header that the packet itself shows are not used. The segmenter checks all others before
 * the first segment. It only reads the source, which must not change until the last segment is written. The caller may
 * write some segments to one place and the rest, later, to another. No allocation; an instance is confined to one
 * thread.
 */
public final class Segmenter {
    private static final int TCP_CHECKSUM = 16;
    private static final int TCP_FLAGS = 13;
    private static final int UDP_HEADER = 8;
    private static final int UDP_CHECKSUM = 6;
    private static final int FIN_PSH = 0x09;
    private static final int CWR = 0x80;

    private long packet;
    private int length;
    private int segments;
    private int index;

    // Of a super-packet. checksumStart is negative for a single packet whose checksum is complete.
    private boolean gso;
    private boolean tunnelled;
    private boolean tcp;
    // The offset of the inner IP header: 0 without a tunnel.
    private int network;
    private int transport;
    private int header;
    private int size;
    private int checksumStart;
    private int checksumAt;
    private final SegmentIpHeader ip = new SegmentIpHeader();
    private final UdpTunnel tunnel = new UdpTunnel();
    private long transportSum;

    /** A segmenter without a packet. */
    public Segmenter() {}

    /**
     * Starts to segment a packet or super-packet.
     *
     * @param vnetHeader address of the virtio-net header, which the IP packet follows
     * @param bytes of both together
     * @return whether the packet is well-formed; if not, there are no segments, and the caller drops it
     */
    public boolean start(long vnetHeader, int bytes) {
        segments = 0;
        index = 0;
        packet = vnetHeader + VirtioNetHeader.BYTES;
        int arrived = bytes - VirtioNetHeader.BYTES;
        if (IpPacket.length(packet, arrived) < 0) {
            return false;
        }
        int type = VirtioNetHeader.gsoType(vnetHeader);
        gso = type != VirtioNetHeader.GSO_NONE;
        boolean valid = gso ? startSuperPacket(vnetHeader, arrived, type) : startSingle(vnetHeader, arrived);
        if (!valid) {
            segments = 0;
        }
        return valid;
    }

    private boolean startSingle(long vnetHeader, int arrived) {
        length = IpPacket.length(packet, arrived);
        segments = 1;
        checksumStart = -1;
        if ((VirtioNetHeader.flags(vnetHeader) & VirtioNetHeader.NEEDS_CSUM) == 0) {
            return true;
        }
        checksumStart = VirtioNetHeader.csumStart(vnetHeader);
        checksumAt = checksumStart + VirtioNetHeader.csumOffset(vnetHeader);
        int least = IpPacket.version(packet) == 4 ? IpPacket.IPV4_HEADER : IpPacket.IPV6_HEADER;
        return checksumStart >= least && checksumAt + 2 <= length;
    }

    private boolean startSuperPacket(long vnetHeader, int arrived, int type) {
        length = arrived;
        tunnelled = VirtioNetHeader.isUdpTunnel(vnetHeader);
        network = tunnelled ? VirtioNetHeader.innerNetwork(vnetHeader) : 0;
        if (tunnelled && !UdpTunnel.isValid(packet, length, VirtioNetHeader.outerTransport(vnetHeader), network)) {
            return false;
        }
        boolean ipv4 = IpPacket.version(packet + network) == 4;
        tcp = type != VirtioNetHeader.GSO_UDP_L4;
        size = VirtioNetHeader.gsoSize(vnetHeader);
        if (size == 0
                || type == VirtioNetHeader.GSO_TCPV4 && !ipv4
                || type == VirtioNetHeader.GSO_TCPV6 && ipv4
                || tcp && type != VirtioNetHeader.GSO_TCPV4 && type != VirtioNetHeader.GSO_TCPV6) {
            return false;
        }
        int protocol = tcp ? IpPacket.TCP : IpPacket.UDP;
        int found = IpPacket.findTransport(packet + network, length - network, protocol);
        transport = network + found;
        boolean agrees = (VirtioNetHeader.flags(vnetHeader) & VirtioNetHeader.NEEDS_CSUM) == 0
                || VirtioNetHeader.csumStart(vnetHeader) == transport;
        if (found < 0 || !agrees || length < transport + (tcp ? IpPacket.TCP_HEADER : UDP_HEADER)) {
            return false;
        }
        header = transport + (tcp ? IpPacket.tcpHeader(packet + transport) : UDP_HEADER);
        int payload = length - header;
        if (tcp && header < transport + IpPacket.TCP_HEADER || payload <= 0) {
            return false;
        }
        segments = (payload + size - 1) / size;
        prepareSums(protocol);
        if (tunnelled) {
            tunnel.start(packet, VirtioNetHeader.outerTransport(vnetHeader), network, transport, protocol);
        }
        return true;
    }

    /**
     * Sums the fields that are equal in all segments' headers once, so that each segment only adds the others. Summing
     * the finished header instead would load words just stored as halves, which defeats store-to-load forwarding.
     */
    private void prepareSums(int protocol) {
        ip.start(packet + network, transport - network);
        long at = packet + transport;
        transportSum = InternetChecksum.pseudoHeader(packet + network, protocol)
                + InternetChecksum.sum(at, header - transport)
                + InternetChecksum.without(Memory.getShort(at + (tcp ? TCP_CHECKSUM : UDP_CHECKSUM)));
        if (tcp) {
            transportSum += InternetChecksum.without(Memory.getShort(at + 4))
                    + InternetChecksum.without(Memory.getShort(at + 6))
                    + InternetChecksum.without(Memory.getShort(at + 12));
        } else {
            transportSum += InternetChecksum.without(Memory.getShort(at + 4));
        }
    }

    /** The number of segments; 0 if {@link #start} returned {@code false}. */
    public int segments() {
        return segments;
    }

    /** The number of segments not written yet. */
    public int remaining() {
        return segments - index;
    }

    /** The length in bytes of segment {@code i}, 0 to {@link #segments} - 1. */
    public int segmentLength(int i) {
        return gso ? header + Math.min(size, length - header - i * size) : length;
    }

    /**
     * Writes the next segment, an IP packet. Call at most {@link #remaining} times.
     *
     * @param target the address to write to; must not overlap the source
     * @return the length of the segment in bytes
     */
    public int next(long target) {
        int i = index++;
        if (!gso) {
            return copySingle(target);
        }
        int offset = i * size;
        int bytes = Math.min(size, length - header - offset);
        Memory.copy(packet, target, header);
        long payload = InternetChecksum.sumAndCopy(packet + header + offset, target + header, bytes);
        int total = header + bytes;
        ip.put(target + network, i, total - network);
        if (tcp) {
            putTcpHeader(target + transport, i, offset, total - transport, payload);
        } else {
            putUdpHeader(target + transport, total - transport, payload);
        }
        if (tunnelled) {
            tunnel.put(target, i, total);
        }
        return total;
    }

    private int copySingle(long target) {
        if (checksumStart < 0) {
            Memory.copy(packet, target, length);
        } else {
            Memory.copy(packet, target, checksumStart);
            // The sum includes the checksum field, which holds the sum of the pseudo-header.
            long sum =
                    InternetChecksum.sumAndCopy(packet + checksumStart, target + checksumStart, length - checksumStart);
            Memory.putShort(target + checksumAt, InternetChecksum.finishNonZero(sum));
        }
        return length;
    }

    private void putTcpHeader(long target, int i, int offset, int bytes, long payloadSum) {
        int sequence = Memory.getIntBE(packet + transport + 4) + offset;
        int flags = Byte.toUnsignedInt(Memory.getByte(packet + transport + TCP_FLAGS));
        if (i > 0) {
            flags &= ~CWR;
        }
        if (i < segments - 1) {
            flags &= ~FIN_PSH;
        }
        Memory.putIntBE(target + 4, sequence);
        Memory.putByte(target + TCP_FLAGS, (byte) flags);
        int offsetAndFlags = Byte.toUnsignedInt(Memory.getByte(packet + transport + 12)) | flags << 8;
        long sum = transportSum
                + Integer.toUnsignedLong(Integer.reverseBytes(sequence))
                + offsetAndFlags
                + InternetChecksum.swap(bytes)
                + payloadSum;
        Memory.putShort(target + TCP_CHECKSUM, InternetChecksum.finish(sum));
    }

    private void putUdpHeader(long target, int bytes, long payloadSum) {
        Memory.putShortBE(target + 4, bytes);
        // The length counts twice: in the pseudo-header and in the header.
        long sum = transportSum + 2L * InternetChecksum.swap(bytes) + payloadSum;
        Memory.putShort(target + UDP_CHECKSUM, InternetChecksum.finishNonZero(sum));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import io.culvert.natives.Memory;

/**
 * The outer headers of a super-packet inside a UDP tunnel, such as VXLAN (RFC 7348) or Geneve (RFC 8926), for each of
 * its segments: the outer IP header, and length and checksum of the outer UDP header. What stands between that and the
 * inner IP header is copied.
 *
 * <pre>
 *  | outer IP | UDP | VXLAN or Geneve, Ethernet | inner IP | TCP or UDP | payload i |
 *             ^ udp                             ^ network  ^ transport
 * </pre>
 *
 * <p>The outer checksum needs no sum over the payload: what the inner checksum covers sums up to the complement of the
 * inner pseudo-header's sum (the kernel's local checksum offload, Documentation/networking/checksum-offloads.rst). A
 * checksum of 0 means none (RFC 768, RFC 6935) and is kept. No allocation; an instance is confined to one thread.
 */
final class UdpTunnel {
    private static final int UDP_HEADER = 8;
    private static final int UDP_CHECKSUM = 6;

    private final SegmentIpHeader ip = new SegmentIpHeader();
    private int udp;
    private int network;
    private int transport;
    private boolean innerIpv6;
    private boolean checksum;
    private long udpSum;
    private long innerPseudoSum;

    /** A tunnel without a packet. */
    UdpTunnel() {}

    /**
     * Whether offsets from a virtio-net header are those of the UDP header and of an IP packet behind it.
     *
     * @param packet an IP packet that {@link IpPacket#length} accepted
     * @param length of the packet in bytes
     */
    static boolean isValid(long packet, int length, int udp, int network) {
        int headers = network - udp;
        return udp == IpPacket.findTransport(packet, length, IpPacket.UDP)
                && headers >= UDP_HEADER
                // The kernel's tunnels have even headers; sums of 16-bit words need that.
                && headers % 2 == 0
                && IpPacket.length(packet + network, length - network) >= 0;
    }

    /** Reads the headers of a super-packet whose offsets are valid; {@code protocol} is that of the inner segments. */
    void start(long packet, int udpAt, int networkAt, int transportAt, int protocol) {
        udp = udpAt;
        network = networkAt;
        transport = transportAt;
        ip.start(packet, udp);
        long inner = packet + network;
        innerIpv6 = IpPacket.version(inner) == 6;
        checksum = Memory.getShort(packet + udp + UDP_CHECKSUM) != 0;
        if (!checksum) {
            return;
        }
        innerPseudoSum = InternetChecksum.pseudoHeader(inner, protocol);
        udpSum = InternetChecksum.pseudoHeader(packet, IpPacket.UDP)
                + Integer.toUnsignedLong(Memory.getInt(packet + udp))
                + InternetChecksum.sum(packet + udp + UDP_HEADER, network - udp - UDP_HEADER);
        // An IPv4 header sums up to 0 with its checksum.
        if (innerIpv6) {
            udpSum += InternetChecksum.sum(inner, transport - network)
                    + InternetChecksum.without(Memory.getShort(inner + 4));
        }
    }

    /** Completes the outer headers' copy at {@code target} for segment {@code i}, {@code total} bytes from there on. */
    void put(long target, int i, int total) {
        ip.put(target, i, total);
        int bytes = total - udp;
        Memory.putShortBE(target + udp + 4, bytes);
        if (checksum) {
            Memory.putShort(target + udp + UDP_CHECKSUM, checksum(bytes, total));
        }
    }

    private short checksum(int bytes, int total) {
        long inner = innerPseudoSum + InternetChecksum.swap(total - transport);
        // The length counts twice: in the pseudo-header and in the header.
        long sum = udpSum
                + 2L * InternetChecksum.swap(bytes)
                + InternetChecksum.without((short) InternetChecksum.fold(inner));
        if (innerIpv6) {
            sum += InternetChecksum.swap(total - network - IpPacket.IPV6_HEADER);
        }
        return InternetChecksum.finishNonZero(sum);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import io.culvert.natives.Memory;

/**
 * The hash of a packet's flow: its addresses, its protocol and, for TCP and UDP, its ports. Different flows may have
 * the same hash.
 */
public final class FlowHash {
    /** The number of hashes. */
    public static final int FLOWS = 1024;

    private static final int MIX = 0x9e3779b1;
    private static final int PORTS = 4;
    private static final int ICMPV6 = 58;
    private static final int WITHOUT_OPTIONS = 0x45;
    /** Mask of IPv4's more-fragments flag and fragment offset: not zero in a fragment. */
    private static final int FRAGMENT = 0x3fff;

    private FlowHash() {}

    /**
     * Computes the hash of a packet's flow.
     *
     * @param packet address of an IP packet
     * @param length of the packet in bytes, 0 or more
     * @return 0 to {@link #FLOWS} - 1; -1 if these headers do not identify the flow, as in fragments and in packets
     *     with IP options or extension headers
     */
    public static int of(long packet, int length) {
        if (length < IpPacket.IPV4_HEADER + PORTS) {
            return -1;
        }
        return switch (IpPacket.version(packet)) {
            case 4 -> ipv4(packet);
            case 6 -> length < IpPacket.IPV6_HEADER + PORTS ? -1 : ipv6(packet);
            default -> -1;
        };
    }

    private static int ipv4(long packet) {
        if (Memory.getByte(packet) != WITHOUT_OPTIONS || (Memory.getShortBE(packet + 6) & FRAGMENT) != 0) {
            return -1;
        }
        int protocol = Memory.getByte(packet + 9);
        boolean ports = protocol == IpPacket.TCP || protocol == IpPacket.UDP;
        return hash(packet + IpPacket.IPV4_SOURCE, ports ? 3 : 2, protocol);
    }

    private static int ipv6(long packet) {
        int next = Memory.getByte(packet + 6);
        return switch (next) {
            case IpPacket.TCP, IpPacket.UDP -> hash(packet + IpPacket.IPV6_SOURCE, 9, next);
            case ICMPV6 -> hash(packet + IpPacket.IPV6_SOURCE, 8, next);
            default -> -1;
        };
    }

    /** Hashes {@code words} words of 32 bits: the addresses and, if they follow, the ports. */
    private static int hash(long address, int words, int protocol) {
        int sum = protocol;
        for (int i = 0; i < words; i++) {
            sum = (sum + Memory.getInt(address + 4L * i)) * MIX;
        }
        return (sum >>> 16) % FLOWS;
    }
}

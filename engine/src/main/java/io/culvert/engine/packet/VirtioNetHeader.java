// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import io.culvert.natives.Memory;

/**
 * The header in front of every packet on a TUN queue opened with IFF_VNET_HDR, 24 bytes long by TUNSETVNETHDRSZ: {@code
 * struct virtio_net_hdr_v1_hash_tunnel} of linux/virtio_net.h, in the machine's byte order (the kernel's default for
 * TUN).
 *
 * <pre>
 *  0        1          2         4          6            8             10
 *  +--------+----------+---------+----------+------------+-------------+
 *  | flags  | gso_type | hdr_len | gso_size | csum_start | csum_offset |
 *  +--------+----------+---------+----------+------------+-------------+
 *  | not used by a TUN            | outer_th_offset | inner_nh_offset  |   the IP packet follows
 *  +------------------------------+-----------------+------------------+
 *  10                             20                22                 24
 * </pre>
 *
 * <p>csum_start and the last two fields count from the first byte of the IP packet. The kernel neither reads nor writes
 * the last two unless gso_type has a bit of a UDP tunnel (Linux 6.17), and earlier kernels use the first 10 bytes only,
 * so the others may have any value. Static methods over an address. Any thread; no allocation.
 */
public final class VirtioNetHeader {
    /** Size in bytes. */
    public static final int BYTES = 24;

    /**
     * Flag: the checksum field at csum_start + csum_offset holds the sum of the pseudo-header and must be completed.
     */
    public static final int NEEDS_CSUM = 1;

    /** gso_type: a single packet. */
    public static final int GSO_NONE = 0;
    /** gso_type: TCP segments over IPv4. */
    public static final int GSO_TCPV4 = 1;
    /** gso_type: TCP segments over IPv6. */
    public static final int GSO_TCPV6 = 4;
    /** gso_type: UDP datagrams over IPv4 or IPv6 (Linux 6.2 and later). */
    public static final int GSO_UDP_L4 = 5;
    /** Bit in gso_type: the segments are inside a UDP tunnel over IPv4 (Linux 6.17). */
    public static final int GSO_UDP_TUNNEL_IPV4 = 0x20;
    /** Bit in gso_type: the segments are inside a UDP tunnel over IPv6 (Linux 6.17). */
    public static final int GSO_UDP_TUNNEL_IPV6 = 0x40;
    /** Bit in gso_type: the TCP segments carry ECN. */
    public static final int GSO_ECN = 0x80;

    private static final int GSO_UDP_TUNNEL = GSO_UDP_TUNNEL_IPV4 | GSO_UDP_TUNNEL_IPV6;

    private VirtioNetHeader() {}

    public static int flags(long header) {
        return Memory.getByte(header);
    }

    /** One of the GSO_ constants, without the bits. */
    public static int gsoType(long header) {
        return Memory.getByte(header + 1) & ~(GSO_ECN | GSO_UDP_TUNNEL) & 0xff;
    }

    /** Whether the segments are inside a UDP tunnel, such as VXLAN or Geneve. */
    public static boolean isUdpTunnel(long header) {
        return (Memory.getByte(header + 1) & GSO_UDP_TUNNEL) != 0;
    }

    /** The length of the headers as the sender states it: a hint that is not validated. */
    public static int hdrLen(long header) {
        return Short.toUnsignedInt(Memory.getShort(header + 2));
    }

    /** Payload bytes of each segment except the last. */
    public static int gsoSize(long header) {
        return Short.toUnsignedInt(Memory.getShort(header + 4));
    }

    /** The offset in the packet at which checksumming begins. */
    public static int csumStart(long header) {
        return Short.toUnsignedInt(Memory.getShort(header + 6));
    }

    /** The offset of the checksum field from csum_start. */
    public static int csumOffset(long header) {
        return Short.toUnsignedInt(Memory.getShort(header + 8));
    }

    /** The offset of the outer UDP header; of a UDP tunnel only. */
    public static int outerTransport(long header) {
        return Short.toUnsignedInt(Memory.getShort(header + 20));
    }

    /** The offset of the inner IP header; of a UDP tunnel only. */
    public static int innerNetwork(long header) {
        return Short.toUnsignedInt(Memory.getShort(header + 22));
    }

    /** Writes a header for a single packet with a complete checksum. */
    public static void clear(long header) {
        Memory.putLong(header, 0);
        Memory.putShort(header + 8, (short) 0);
    }

    /** Writes a header for a super-packet or, with {@link #GSO_NONE}, for a packet whose checksum must be completed. */
    public static void set(long header, int gsoType, int hdrLen, int gsoSize, int csumStart, int csumOffset) {
        Memory.putByte(header, (byte) NEEDS_CSUM);
        Memory.putByte(header + 1, (byte) gsoType);
        Memory.putShort(header + 2, (short) hdrLen);
        Memory.putShort(header + 4, (short) gsoSize);
        Memory.putShort(header + 6, (short) csumStart);
        Memory.putShort(header + 8, (short) csumOffset);
    }
}

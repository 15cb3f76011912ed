// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import io.culvert.natives.Memory;

/**
 * Coalesces adjacent packets of one TCP or UDP flow into a super-packet, which takes one write to the TUN: generic
 * receive offload (GRO), after decryption.
 *
 * <pre>
 *  | 16 B | IP TCP data 0 |tag| 16 B | IP TCP data 1 |tag| 16 B | IP TCP data 2 |   as decrypted
 *  |vnet| IP TCP data 0 | data 1 | data 2 |                                         as written
 * </pre>
 *
 * <p>A virtio-net header takes {@value VirtioNetHeader#BYTES} of the 32 bytes of tag and message header in front of a
 * packet.
 *
 * <p>At most one run is open, and only the last packet added can begin or extend it, so the order is kept. A packet
 * extends the run if {@link Segmenter} would restore it byte for byte: the headers are equal except for counting
 * fields, and the payloads have equal size. One exception (RFC 6864): the identification of an IPv4 packet with the
 * don't-fragment bit has no meaning and need not count up. TCP and UDP checksums count as verified, as authenticated
 * packets did not change in transit (receive.c, wg_packet_consume_data_done). The checksum of an IPv4 header is
 * verified, as in the kernel's GRO.
 *
 * <p>Packets are untrusted input: the coalescer reads nothing beyond their lengths, and writes an unusual packet alone
 * and unchanged. No allocation; an instance is confined to one thread.
 */
public final class Coalescer {
    /** Writes packets and super-packets to the TUN. */
    public interface Output {
        /**
         * Writes a packet or super-packet.
         *
         * @param vnetHeader address of the virtio-net header, which the packet follows
         * @param length of both together
         */
        void write(long vnetHeader, int length);
    }

    /** GRO kind of {@link #begin}: TCP packets. */
    public static final int TCP = 1;
    /** GRO kind of {@link #begin}: UDP packets; the TUN must support USO (Linux 6.2). */
    public static final int UDP = 2;
    /** GRO kind of {@link #begin}: with {@link #UDP}, also packets to the ports of VXLAN and Geneve. */
    public static final int VXLAN = 4;
    /** All GRO kinds. */
    public static final int ALL = TCP | UDP | VXLAN;

    /** The maximum of IPv4's total length; IPv6 would allow 40 bytes more. */
    private static final int MAX_LENGTH = 65_535;

    private static final int TCP_CHECKSUM = 16;
    private static final int UDP_HEADER = 8;
    private static final int UDP_CHECKSUM = 6;
    private static final byte PSH = 0x08;
    private static final int DONT_FRAGMENT = 0x4000;

    private Output output;
    private int kinds;

    // The open run; 0 if none.
    private long run;
    private long limit;
    private int length;
    private int header;
    private int transport;
    private boolean tcp;
    private int size;
    private int count;

    /** A coalescer without an open run. */
    public Coalescer() {}

    /**
     * Begins a sequence of packets.
     *
     * @param to receives the packets and super-packets
     * @param groKinds the kinds of packets to coalesce, as bits
     */
    public void begin(Output to, int groKinds) {
        output = to;
        kinds = groKinds;
        run = 0;
    }

    /**
     * Adds a packet. The caller leaves its memory unchanged until the kernel has taken the write that contains it.
     *
     * @param packet an IP packet that {@link IpPacket#length} accepted, with 24 writable bytes in front
     * @param bytes its length by its own header
     * @param bufferLimit the end of the writable memory behind it, used if it begins a run; between the packet and this
     *     limit there may be only packets that are added next, which move to lower addresses
     */
    public void add(long packet, int bytes, long bufferLimit) {
        int headerBytes = mergeableHeader(packet, bytes);
        if (headerBytes == 0) {
            finish();
            writeAlone(packet, bytes);
        } else if (run != 0 && continues(packet, bytes, headerBytes) && headersValid(packet)) {
            merge(packet, bytes);
        } else {
            finish();
            open(packet, bytes, headerBytes, bufferLimit);
        }
    }

    /** Writes the open run, if any. */
    public void finish() {
        if (run == 0) {
            return;
        }
        if (count == 1) {
            writeAlone(run, length);
        } else {
            writeRun();
        }
        run = 0;
    }

    private void writeAlone(long packet, int bytes) {
        VirtioNetHeader.clear(packet - VirtioNetHeader.BYTES);
        output.write(packet - VirtioNetHeader.BYTES, bytes + VirtioNetHeader.BYTES);
    }

    private void open(long packet, int bytes, int headerBytes, long bufferLimit) {
        run = packet;
        limit = bufferLimit;
        length = bytes;
        header = headerBytes;
        transport = IpPacket.transport(packet);
        tcp = IpPacket.protocol(packet) == IpPacket.TCP;
        size = bytes - headerBytes;
        count = 1;
        // A packet with PSH is not delayed; a single packet is written unchanged.
        if (tcp && (Memory.getByte(packet + transport + 13) & PSH) != 0) {
            finish();
        }
    }

    private void merge(long packet, int bytes) {
        int payload = bytes - header;
        boolean push = tcp && (Memory.getByte(packet + transport + 13) & PSH) != 0;
        Memory.copy(packet + header, run + length, payload);
        length += payload;
        count++;
        if (push) {
            Memory.putByte(run + transport + 13, (byte) (IpPacket.ACK | PSH));
        }
        if (push || payload < size) {
            finish();
        }
    }

    /**
     * The bytes of IP and TCP or UDP header of a packet that can be coalesced, else 0. Such a packet is IPv4 without
     * options and not a fragment, or IPv6 without extension headers; TCP with no flags but ACK and PSH, or UDP with a
     * checksum; and has at least one byte of payload.
     */
    private int mergeableHeader(long packet, int bytes) {
        if (IpPacket.length(packet, bytes) != bytes) {
            return 0;
        }
        if (IpPacket.version(packet) == 4
                && (Memory.getByte(packet) != 0x45 || (Memory.getShortBE(packet + 6) & ~DONT_FRAGMENT) != 0)) {
            return 0;
        }
        int at = IpPacket.transport(packet);
        return switch (IpPacket.protocol(packet)) {
            case IpPacket.TCP -> (kinds & TCP) != 0 ? tcpHeader(packet, at, bytes) : 0;
            case IpPacket.UDP -> (kinds & UDP) != 0 ? udpHeader(packet, at, bytes) : 0;
            default -> 0;
        };
    }

    private static int tcpHeader(long packet, int at, int bytes) {
        if (bytes < at + IpPacket.TCP_HEADER) {
            return 0;
        }
        int dataOffset = IpPacket.tcpHeader(packet + at);
        int flags = Memory.getByte(packet + at + 13) & ~PSH;
        boolean plain = dataOffset >= IpPacket.TCP_HEADER && flags == IpPacket.ACK && at + dataOffset < bytes;
        return plain ? at + dataOffset : 0;
    }

    private int udpHeader(long packet, int at, int bytes) {
        boolean plain = bytes > at + UDP_HEADER
                && ((kinds & VXLAN) != 0 || !IpPacket.isUdpTunnelPort(Memory.getShortBE(packet + at + 2)))
                && Memory.getShortBE(packet + at + 4) == bytes - at
                && Memory.getShort(packet + at + UDP_CHECKSUM) != 0;
        return plain ? at + UDP_HEADER : 0;
    }

    /** Whether a packet continues the run, fits, and is not larger than the packets of the run. */
    private boolean continues(long packet, int bytes, int headerBytes) {
        int payload = bytes - headerBytes;
        return headerBytes == header
                && payload <= size
                && length + payload <= MAX_LENGTH
                && run + length + payload <= limit
                && sameIp(packet)
                && (tcp ? sameTcp(packet) : sameInt(packet, transport));
    }

    private boolean sameIp(long packet) {
        if (IpPacket.version(run) == 4) {
            int id = Memory.getShortBE(run + 4) + count & 0xffff;
            return sameShort(packet, 0)
                    && sameShort(packet, 6)
                    && sameShort(packet, 8)
                    && sameLong(packet, IpPacket.IPV4_SOURCE)
                    && (Memory.getShortBE(packet + 6) == DONT_FRAGMENT || Memory.getShortBE(packet + 4) == id);
        }
        return sameInt(packet, 0)
                && sameShort(packet, 6)
                && sameLong(packet, 8)
                && sameLong(packet, 16)
                && sameLong(packet, 24)
                && sameLong(packet, 32);
    }

    private boolean sameTcp(long packet) {
        boolean same = sameInt(packet, transport)
                && Memory.getIntBE(packet + transport + 4) == Memory.getIntBE(run + transport + 4) + length - header
                && sameInt(packet, transport + 8)
                && Memory.getByte(packet + transport + 12) == Memory.getByte(run + transport + 12)
                && sameShort(packet, transport + 14)
                && sameShort(packet, transport + 18);
        for (int option = transport + 20; same && option < header; option += 4) {
            same = sameInt(packet, option);
        }
        return same;
    }

    private boolean sameShort(long packet, int offset) {
        return Memory.getShort(packet + offset) == Memory.getShort(run + offset);
    }

    private boolean sameInt(long packet, int offset) {
        return Memory.getInt(packet + offset) == Memory.getInt(run + offset);
    }

    private boolean sameLong(long packet, int offset) {
        return Memory.getLong(packet + offset) == Memory.getLong(run + offset);
    }

    /** Whether the IP checksums of a packet and of the run's first packet are right; the latter is tested once. */
    private boolean headersValid(long packet) {
        return (count > 1 || headerValid(run)) && headerValid(packet);
    }

    private static boolean headerValid(long packet) {
        return IpPacket.version(packet) != 4
                || InternetChecksum.fold(InternetChecksum.sum(packet, IpPacket.IPV4_HEADER)) == 0xffff;
    }

    private void writeRun() {
        boolean ipv4 = IpPacket.version(run) == 4;
        int transportBytes = length - transport;
        if (ipv4) {
            short before = Memory.getShort(run + 2);
            Memory.putShortBE(run + 2, length);
            Memory.putShort(
                    run + 10, InternetChecksum.update(Memory.getShort(run + 10), before, Memory.getShort(run + 2)));
        } else {
            Memory.putShortBE(run + 4, transportBytes);
        }
        int checksum = tcp ? TCP_CHECKSUM : UDP_CHECKSUM;
        if (!tcp) {
            Memory.putShortBE(run + transport + 4, transportBytes);
        }
        long pseudo =
                InternetChecksum.pseudoHeader(run, IpPacket.protocol(run)) + InternetChecksum.swap(transportBytes);
        Memory.putShort(run + transport + checksum, (short) InternetChecksum.fold(pseudo));
        int tcpType = ipv4 ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6;
        int type = tcp ? tcpType : VirtioNetHeader.GSO_UDP_L4;
        long vnetHeader = run - VirtioNetHeader.BYTES;
        VirtioNetHeader.set(vnetHeader, type, header, size, transport, checksum);
        output.write(vnetHeader, length + VirtioNetHeader.BYTES);
    }
}

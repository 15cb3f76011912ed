package io.culvert.engine.packet;

import io.culvert.natives.Memory;

/**
 * Joins adjacent packets of one TCP or UDP flow into a super-packet that goes to the TUN in one write: what GRO does in a
 * network card's driver, after decryption.
 *
 * <pre>
 *  | 16 B | IP TCP data 0 |tag| 16 B | IP TCP data 1 |tag| 16 B | IP TCP data 2 |   as decrypted
 *     | vnet | IP TCP data 0 | data 1 | data 2 |                                    as written
 * </pre>
 *
 * <p>One run is open at a time and only the packet added last can have begun or extended it, so order is kept. A packet
 * joins when {@link Segmenter} would give it back as it came: equal headers but for what counts up, payloads of equal
 * size. The one liberty is RFC 6864's: the identification of an IPv4 packet that may not be fragmented has no meaning and
 * need not count up. Checksums of TCP and UDP count as verified, as what was sealed has not changed on its way (receive.c,
 * wg_packet_consume_data_done); that of an IPv4 header is looked at, as GRO does.
 *
 * <p>Packets are hostile: nothing is read beyond their lengths, and what is odd in any way is written alone and unchanged.
 * No allocation; one instance serves one thread.
 */
public final class Coalescer {
    /** Takes what is to be written. */
    public interface Output {
        /**
         * Writes to the TUN.
         *
         * @param vnetHeader address of the virtio-net header, the packet right behind it
         * @param length of both together
         */
        void write(long vnetHeader, int length);
    }

    /** Bit of {@link #begin}: TCP packets may be joined. */
    public static final int TCP = 1;
    /** Bit of {@link #begin}: UDP packets may be joined, which the TUN must understand (USO, Linux 6.2). */
    public static final int UDP = 2;
    /** Bit of {@link #begin}: and so may those that go to the ports of VXLAN and Geneve. */
    public static final int VXLAN = 4;
    /** All that may be joined at all. */
    public static final int ALL = TCP | UDP | VXLAN;

    /** What fits in IPv4's total length; IPv6 could carry 40 bytes more. */
    private static final int MAX_LENGTH = 65_535;

    private static final int TCP_CHECKSUM = 16;
    private static final int UDP_HEADER = 8;
    private static final int UDP_CHECKSUM = 6;
    private static final byte PSH = 0x08;
    private static final int DONT_FRAGMENT = 0x4000;

    private Output output;
    private int joins;

    // The open run; 0 when there is none.
    private long run;
    private long limit;
    private int length;
    private int header;
    private int transport;
    private boolean tcp;
    private int size;
    private int count;

    /** With no run open. */
    public Coalescer() {}

    /**
     * Begins a row of packets.
     *
     * @param to takes them
     * @param kinds the bits of what may be joined
     */
    public void begin(Output to, int kinds) {
        output = to;
        joins = kinds;
        run = 0;
    }

    /**
     * Adds a packet. It must stay in place until what it became part of has been written for good.
     *
     * @param packet an IP packet as {@link IpPacket#length} accepted it, with 16 writable bytes in front
     * @param bytes its length by its own header
     * @param bufferLimit end of what may be written behind it if it begins a run; from the packet's end to there may lie
     *     only packets that are added next, which then move down, never up
     */
    public void add(long packet, int bytes, long bufferLimit) {
        int headerBytes = mergeableHeader(packet, bytes);
        if (headerBytes == 0) {
            finish();
            writeAlone(packet, bytes);
        } else if (run != 0 && continues(packet, bytes, headerBytes) && headersRight(packet)) {
            merge(packet, bytes);
        } else {
            finish();
            open(packet, bytes, headerBytes, bufferLimit);
        }
    }

    /** Writes the run that is open, if any. */
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
        // What a sender pushed is not to wait; a lone packet goes out as it came.
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
     * How many bytes of IP and TCP or UDP header a packet has that may be part of a run, or 0 if it may not be: IPv4
     * without options and fragments, IPv6 without extensions, TCP with no flags but ACK and PSH, UDP with a checksum, and
     * at least one byte of payload.
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
            case IpPacket.TCP -> (joins & TCP) != 0 ? tcpHeader(packet, at, bytes) : 0;
            case IpPacket.UDP -> (joins & UDP) != 0 ? udpHeader(packet, at, bytes) : 0;
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
                && ((joins & VXLAN) != 0 || !isVxlan(Memory.getShortBE(packet + at + 2)))
                && Memory.getShortBE(packet + at + 4) == bytes - at
                && Memory.getShort(packet + at + UDP_CHECKSUM) != 0;
        return plain ? at + UDP_HEADER : 0;
    }

    /** The ports of VXLAN, as registered and as Linux has it, and of Geneve. */
    private static boolean isVxlan(int port) {
        return port == 4789 || port == 8472 || port == 6081;
    }

    /** Whether a packet is the next of the run, fits, and is not larger than the ones before. */
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

    /** Whether a packet's IP header is right, and that of the run it would join, whose first packet was not looked at yet. */
    private boolean headersRight(long packet) {
        return (count > 1 || headerRight(run)) && headerRight(packet);
    }

    private static boolean headerRight(long packet) {
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

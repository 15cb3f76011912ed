// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import io.culvert.natives.Memory;

/**
 * The IP header of each segment of a super-packet: length, identification and checksum differ, the rest is copied.
 * Fields that are equal in all segments are summed once. No allocation; an instance is confined to one thread.
 */
final class SegmentIpHeader {
    private boolean ipv4;
    private int firstId;
    private long sum;

    /** Reads the header of a super-packet, of {@code bytes} bytes with its options. */
    void start(long packet, int bytes) {
        ipv4 = IpPacket.version(packet) == 4;
        if (ipv4) {
            firstId = Memory.getShortBE(packet + 4);
            sum = InternetChecksum.sum(packet, bytes)
                    + InternetChecksum.without(Memory.getShort(packet + 2))
                    + InternetChecksum.without(Memory.getShort(packet + 4))
                    + InternetChecksum.without(Memory.getShort(packet + 10));
        }
    }

    /** Completes the copy of the header at {@code target} for segment {@code i}, {@code total} bytes from there on. */
    void put(long target, int i, int total) {
        if (ipv4) {
            int id = firstId + i;
            Memory.putShortBE(target + 2, total);
            Memory.putShortBE(target + 4, id);
            long all = sum + InternetChecksum.swap(total) + InternetChecksum.swap(id);
            Memory.putShort(target + 10, InternetChecksum.finish(all));
        } else {
            Memory.putShortBE(target + 4, total - IpPacket.IPV6_HEADER);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import io.culvert.natives.Memory;

/**
 * The checksum of IP, TCP and UDP (RFC 1071): the one's complement of the one's complement sum of 16-bit words.
 *
 * <p>Sums are over little-endian words, which RFC 1071 section 2(B) allows: a result is stored in the byte order in
 * which words were loaded, with {@link Memory#putShort}. {@link #swap} converts a number for a sum that it would enter
 * as big-endian bytes. A sum is a {@code long} of any number of added 16-bit words; {@link #fold} reduces it to 16
 * bits. A range begins at an even offset of the summed data; an odd last byte is padded with zero.
 */
public final class InternetChecksum {
    private static final long LOW = 0xffff_ffffL;

    private InternetChecksum() {}

    /** The unfolded sum of {@code length} bytes at any address: at most 2^33 for each 8 bytes. */
    public static long sum(long address, int length) {
        // The halves of each long go to two accumulators: no carry is lost, and the additions run in parallel.
        long even = 0;
        long odd = 0;
        int i = 0;
        for (; i <= length - 8; i += 8) {
            long word = Memory.getLong(address + i);
            even += word & LOW;
            odd += word >>> 32;
        }
        return even + odd + tail(address + i, length - i);
    }

    /** Sums {@code length} bytes, then copies them to a range that may overlap the source. */
    public static long sumAndCopy(long source, long target, int length) {
        // Two passes: copying in the loop costs 80 ns for 1,420 bytes, the JVM's copy 13 ns.
        long sum = sum(source, length);
        Memory.copy(source, target, length);
        return sum;
    }

    private static long tail(long address, int length) {
        long sum = 0;
        long at = address;
        if ((length & 4) != 0) {
            sum += Memory.getInt(at) & LOW;
            at += 4;
        }
        if ((length & 2) != 0) {
            sum += Short.toUnsignedInt(Memory.getShort(at));
            at += 2;
        }
        if ((length & 1) != 0) {
            sum += Byte.toUnsignedInt(Memory.getByte(at));
        }
        return sum;
    }

    /** Folds a sum to 16 bits. Only the sum 0 gives 0; other multiples of 65,535 give 0xffff. */
    public static int fold(long sum) {
        long s = (sum & LOW) + (sum >>> 32);
        s = (s & 0xffff) + (s >>> 16);
        s = (s & 0xffff) + (s >>> 16);
        s = (s & 0xffff) + (s >>> 16);
        return (int) s;
    }

    /** The checksum field, from the sum of all other words. */
    public static short finish(long sum) {
        return (short) ~fold(sum);
    }

    /**
     * As {@link #finish}, but returns 0xffff for 0, which means "no checksum" in UDP (RFC 768). Branch-free: C2 would
     * replace a branch taken once in 65,536 times by an uncommon trap, which then deoptimizes the code.
     */
    public static short finishNonZero(long sum) {
        int checksum = ~fold(sum) & 0xffff;
        return (short) (checksum | checksum - 1 >> 16);
    }

    /** A 16-bit number as it would be loaded from its big-endian bytes in memory. */
    public static int swap(int value) {
        return Short.toUnsignedInt(Short.reverseBytes((short) value));
    }

    /** The complement of a 16-bit word, whose addition removes the word from a sum (RFC 1624). */
    public static int without(short word) {
        return ~word & 0xffff;
    }

    /** The checksum after one of its words changed: ~(~HC + ~m + m'), equation 3 of RFC 1624. */
    public static short update(short checksum, short before, short after) {
        return finish(without(checksum) + without(before) + Short.toUnsignedInt(after));
    }

    /**
     * The sum of the pseudo-header without the length (RFC 9293 section 3.1, RFC 8200 section 8.1).
     *
     * @param packet an IPv4 or IPv6 packet with a full fixed header
     */
    public static long pseudoHeader(long packet, int protocol) {
        long addresses = IpPacket.version(packet) == 4
                ? sum(packet + IpPacket.IPV4_SOURCE, 8)
                : sum(packet + IpPacket.IPV6_SOURCE, 32);
        return addresses + swap(protocol);
    }
}

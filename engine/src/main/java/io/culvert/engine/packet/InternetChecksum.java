package io.culvert.engine.packet;

import io.culvert.natives.Memory;

/**
 * The checksum of IP, TCP and UDP (RFC 1071): the one's complement of the one's complement sum of 16-bit words.
 *
 * <p>Sums are taken over little-endian words, which RFC 1071 section 2(B) allows: the result is right when it is stored as
 * it was loaded, with {@link Memory#putShort}. Numbers that are big-endian on the wire but not yet in memory enter a sum
 * through {@link #swap}. A sum is a {@code long} that holds any number of 16-bit words added up; {@link #fold} makes 16 bits
 * of it. A range begins at an even offset of what is summed; an odd last byte counts as if a zero followed.
 */
public final class InternetChecksum {
    private static final long LOW = 0xffff_ffffL;

    private InternetChecksum() {}

    /** The sum of {@code length} bytes at any address, unfolded: at most 2^32 per 8 bytes. */
    public static long sum(long address, int length) {
        // Two halves of each long into two accumulators: no carry can be lost, and the adds run in parallel.
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

    /** Sums {@code length} bytes and copies them to a range that may overlap theirs. */
    public static long sumAndCopy(long source, long target, int length) {
        // Apart: to copy as it sums costs the loop 80 ns for 1,420 bytes, the JVM's own copy 13.
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

    /** Folds a sum to 16 bits. Only the sum 0 gives 0: other multiples of 65,535 give 0xffff. */
    public static int fold(long sum) {
        long s = (sum & LOW) + (sum >>> 32);
        s = (s & 0xffff) + (s >>> 16);
        s = (s & 0xffff) + (s >>> 16);
        s = (s & 0xffff) + (s >>> 16);
        return (int) s;
    }

    /** The checksum field for a sum of everything else. */
    public static short finish(long sum) {
        return (short) ~fold(sum);
    }

    /**
     * As {@link #finish}, for UDP: 0 there means "no checksum", so it is written as its other form (RFC 768). Without a branch, as C2
     * would leave out one that is taken once in 65,536 times, and throw the code away then.
     */
    public static short finishNonZero(long sum) {
        int checksum = ~fold(sum) & 0xffff;
        return (short) (checksum | checksum - 1 >> 16);
    }

    /** A big-endian 16-bit number, as it would have been loaded from memory. */
    public static int swap(int value) {
        return Short.toUnsignedInt(Short.reverseBytes((short) value));
    }

    /** What takes a 16-bit word out of a sum again: its complement (RFC 1624). */
    public static int without(short word) {
        return ~word & 0xffff;
    }

    /** A checksum after one word that it covers changed: ~(~HC + ~m + m'), equation 3 of RFC 1624. */
    public static short update(short checksum, short before, short after) {
        return finish(without(checksum) + without(before) + Short.toUnsignedInt(after));
    }

    /**
     * The pseudo-header's sum but for the length (RFC 9293 section 3.1, RFC 8200 section 8.1).
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

package io.culvert.crypto;

/**
 * Poly1305 (RFC 8439 section 2.5) of one message at a time: for lone packets. For one thread.
 *
 * <p>Limbs of 44, 44 and 42 bits. A product of two limbs is needed as its low 44 bits and the rest: the rest is the upper
 * half of the 128-bit product of both factors shifted left by ten, which is one instruction.
 *
 * <p>Bounds: before a multiplication h0, h2 &lt; 2^44 + 2^44 and h1 &lt; 2^45 + 2^44 (the message adds a limb), so shifted
 * below 2^56; r &lt; 2^44 and 20 r &lt; 2^49, shifted below 2^59. Each low part is below 2^44, each upper part below 2^52, so
 * that a sum of three of each and twenty times an upper sum stay below 2^58.
 */
final class Poly1305 {
    private static final long MASK_44 = (1L << 44) - 1;
    private static final long MASK_42 = (1L << 42) - 1;
    /** 2^128, where the top limb begins at 2^88. */
    private static final long WHOLE_BLOCK = 1L << 40;

    private long r0;
    private long r1;
    private long r2;
    private long h0;
    private long h1;
    private long h2;
    private long sLow;
    private long sHigh;
    private long tagLow;
    private long tagHigh;

    /** Starts a message; {@code key} is the address of r and s, 32 bytes. */
    void start(long key) {
        long low = RawMemory.getLong(key) & 0x0ffffffc0fffffffL;
        long high = RawMemory.getLong(key + 8) & 0x0ffffffc0ffffffcL;
        r0 = low & MASK_44;
        r1 = (low >>> 44 | high << 20) & MASK_44;
        r2 = high >>> 24;
        sLow = RawMemory.getLong(key + 16);
        sHigh = RawMemory.getLong(key + 24);
        h0 = 0;
        h1 = 0;
        h2 = 0;
    }

    /** Takes the message, padded with zeros to whole blocks, and the block of lengths; then the tag is there. */
    void absorb(long message, int length) {
        int whole = length & -16;
        blocks(message, whole);
        int rest = length - whole;
        if (rest > 0) {
            int low = Math.min(rest, 8);
            block(Partial.load(message + whole, low), Partial.load(message + whole + low, rest - low));
        }
        block(0, length);
        finish();
    }

    /** The first eight bytes of the tag. */
    long tagLow() {
        return tagLow;
    }

    /** The last eight bytes of the tag. */
    long tagHigh() {
        return tagHigh;
    }

    /** Zeroes the state. */
    void forget() {
        r0 = 0;
        r1 = 0;
        r2 = 0;
        h0 = 0;
        h1 = 0;
        h2 = 0;
        sLow = 0;
        sHigh = 0;
        tagLow = 0;
        tagHigh = 0;
    }

    private void block(long low, long high) {
        h0 += low & MASK_44;
        h1 += (low >>> 44 | high << 20) & MASK_44;
        h2 += (high >>> 24) + WHOLE_BLOCK;
        multiply();
    }

    private void blocks(long message, int bytes) {
        for (long at = message; at < message + bytes; at += 16) {
            block(RawMemory.getLong(at), RawMemory.getLong(at + 8));
        }
    }

    /** {@code h *= r}; what passes 2^132 comes back twenty-fold, since 2^130 is 5. */
    private void multiply() {
        long s1 = r1 * 20;
        long s2 = r2 * 20;
        long u0 = h0 << 10;
        long u1 = h1 << 10;
        long u2 = h2 << 10;
        long low0 = (h0 * r0 & MASK_44) + (h1 * s2 & MASK_44) + (h2 * s1 & MASK_44);
        long low1 = (h0 * r1 & MASK_44) + (h1 * r0 & MASK_44) + (h2 * s2 & MASK_44);
        long low2 = (h0 * r2 & MASK_44) + (h1 * r1 & MASK_44) + (h2 * r0 & MASK_44);
        long high0 =
                Math.multiplyHigh(u0, r0 << 10) + Math.multiplyHigh(u1, s2 << 10) + Math.multiplyHigh(u2, s1 << 10);
        long high1 =
                Math.multiplyHigh(u0, r1 << 10) + Math.multiplyHigh(u1, r0 << 10) + Math.multiplyHigh(u2, s2 << 10);
        long high2 =
                Math.multiplyHigh(u0, r2 << 10) + Math.multiplyHigh(u1, r1 << 10) + Math.multiplyHigh(u2, r0 << 10);
        low0 += 20 * high2;
        low1 += high0 + (low0 >>> 44);
        low2 += high1 + (low1 >>> 44);
        h2 = low2 & MASK_42;
        h0 = (low0 & MASK_44) + 5 * (low2 >>> 42);
        h1 = (low1 & MASK_44) + (h0 >>> 44);
        h0 &= MASK_44;
    }

    /** Reduces to below 2^130 - 5 without a branch, and adds s. */
    private void finish() {
        h2 += h1 >>> 44;
        h1 &= MASK_44;
        h0 += 5 * (h2 >>> 42);
        h2 &= MASK_42;
        h1 += h0 >>> 44;
        h0 &= MASK_44;
        long g0 = h0 + 5;
        long g1 = h1 + (g0 >>> 44);
        long g2 = h2 + (g1 >>> 44) - (1L << 42);
        long below = g2 >> 63;
        h0 = h0 & below | g0 & MASK_44 & ~below;
        h1 = h1 & below | g1 & MASK_44 & ~below;
        h2 = h2 & below | g2 & MASK_42 & ~below;
        long low = h0 | h1 << 44;
        long high = h1 >>> 20 | h2 << 24;
        tagLow = low + sLow;
        long overflow = (low & sLow | (low | sLow) & ~tagLow) >>> 63;
        tagHigh = high + sHigh + overflow;
    }
}

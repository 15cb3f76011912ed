// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.trust;

import io.culvert.overlay.record.Key;
import java.math.BigInteger;
import java.util.Set;

/** The points of low order of Curve25519 and its twist: with them X25519 gives zero (RFC 7748, section 6.1). */
final class LowOrder {
    private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

    /** The u-coordinates of all points whose order divides 8. */
    private static final Set<BigInteger> POINTS = Set.of(
            BigInteger.ZERO,
            BigInteger.ONE,
            P.subtract(BigInteger.ONE),
            new BigInteger("325606250916557431795983626356110631294008115727848805560023387167927233504"),
            new BigInteger("39382357235489614581723060781553021112529911719440698176882885853963445705823"));

    private LowOrder() {}

    /** Whether the key, of which X25519 ignores the highest bit and takes the rest modulo p, is one of them. */
    static boolean contains(Key key) {
        byte[] bytes = key.bytes();
        byte[] bigEndian = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            bigEndian[i] = bytes[bytes.length - 1 - i];
        }
        bigEndian[0] &= 0x7f;
        return POINTS.contains(new BigInteger(1, bigEndian).mod(P));
    }
}

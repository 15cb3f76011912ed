// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.fuzz;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Compares packets with those of a model. */
final class Equality {
    private Equality() {}

    static void check(List<byte[]> packets, List<byte[]> expected) {
        for (int i = 0; i < Math.min(packets.size(), expected.size()); i++) {
            if (!Arrays.equals(packets.get(i), expected.get(i))) {
                throw new AssertionError(
                        "packet " + i + " is\n" + hex(packets.get(i)) + "\n and should be\n" + hex(expected.get(i)));
            }
        }
        if (packets.size() != expected.size()) {
            throw new AssertionError(packets.size() + " packets instead of " + expected.size());
        }
    }

    /** A packet without what coalescing may change: checksums, and the identification of what is never a fragment. */
    static byte[] normalized(byte[] packet) {
        byte[] copy = packet.clone();
        boolean ipv4 = NaiveIp.isIpv4(packet);
        int at = (ipv4 ? 20 : 40) + (copy[ipv4 ? 9 : 6] == 6 ? 16 : 6);
        Arrays.fill(copy, at, at + 2, (byte) 0);
        if (ipv4 && (copy[6] & 0x40) != 0) {
            Arrays.fill(copy, 4, 6, (byte) 0);
            Arrays.fill(copy, 10, 12, (byte) 0);
        }
        return copy;
    }

    private static String hex(byte[] packet) {
        return HexFormat.of().formatHex(packet);
    }
}

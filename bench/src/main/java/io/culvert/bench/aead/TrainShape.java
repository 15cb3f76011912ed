// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import io.culvert.crypto.Aead;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The lengths of a train's packets, by name.
 *
 * @param name {@code 46x1420} for packets of one length; {@code tso} for a super-packet of 64 KiB with a short tail;
 *     {@code imix} for 64, 576 and 1,420 bytes as 7:4:1
 * @param lengths of the plaintexts, in bytes
 */
record TrainShape(String name, int[] lengths) {
    private static final int TRAIN = 46;
    private static final int FULL = 1_420;
    private static final int HEADER_BYTES = 16;
    private static final int OVERHEAD = HEADER_BYTES + Aead.TAG_BYTES;

    static TrainShape of(String name) {
        return new TrainShape(
                name,
                switch (name) {
                    case "tso" -> {
                        int[] lengths = filled(TRAIN, FULL);
                        lengths[TRAIN - 1] = 1_012;
                        yield lengths;
                    }
                    case "imix" -> {
                        SplittableRandom random = new SplittableRandom(7);
                        int[] lengths = new int[TRAIN];
                        Arrays.setAll(lengths, i -> {
                            int twelfth = random.nextInt(12);
                            return twelfth < 7 ? 64 : twelfth < 11 ? 576 : FULL;
                        });
                        yield lengths;
                    }
                    default -> {
                        String[] parts = name.split("x", 2);
                        yield filled(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
                    }
                });
    }

    int count() {
        return lengths.length;
    }

    long bytes() {
        return Arrays.stream(lengths).asLongStream().sum();
    }

    /** Whether all packets have the same length, as {@code openssl speed} requires. */
    boolean even() {
        return Arrays.stream(lengths).distinct().count() == 1;
    }

    /**
     * The addresses of packets in a new slab, with room for WireGuard's header before and the tag after each, as in the
     * engine.
     */
    long[] slab(Arena arena) {
        return packets(memory(arena).address());
    }

    /** The memory of a new slab. */
    MemorySegment memory(Arena arena) {
        return arena.allocate(bytes() + (long) OVERHEAD * count(), 64);
    }

    /** The addresses of packets in the slab at {@code start}. */
    long[] packets(long start) {
        long at = start;
        long[] addresses = new long[count()];
        for (int i = 0; i < count(); i++) {
            addresses[i] = at + HEADER_BYTES;
            at += OVERHEAD + lengths[i];
        }
        return addresses;
    }

    private static int[] filled(int count, int length) {
        int[] lengths = new int[count];
        Arrays.fill(lengths, length);
        return lengths;
    }
}

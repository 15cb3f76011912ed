// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.culvert.crypto.Aead;
import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Compares the results of an implementation with those of Culvert's on JCE, before it is measured. */
final class Agreement {
    private Agreement() {}

    /**
     * Seals a train of random bytes by both, compares every byte, opens it, and opens it again with one bit changed.
     *
     * @throws IllegalStateException if they differ, or the changed bit is not found
     */
    static void check(Aead subject, TrainShape train) {
        int count = train.count();
        int[] lengths = train.lengths();
        long[] counters = new long[count];
        Arrays.setAll(counters, i -> 1_000_000_007L * i);
        try (Arena arena = Arena.ofShared();
                Aead culvert = new Aeads(AeadChoice.JCE).create()) {
            MemorySegment key = random(arena.allocate(Aead.KEY_BYTES, 64), 1);
            Slab plain = new Slab(arena, train);
            Slab expected = new Slab(arena, train);
            Slab sealed = new Slab(arena, train);
            Slab opened = new Slab(arena, train);
            random(plain.memory, 2);
            culvert.seal(key.address(), counters, plain.packets, expected.packets, lengths, count);
            subject.seal(key.address(), counters, plain.packets, sealed.packets, lengths, count);
            require(expected.equals(sealed, lengths, Aead.TAG_BYTES), subject, "seals otherwise than Culvert");
            long forged = subject.open(key.address(), counters, sealed.packets, opened.packets, lengths, count);
            require(forged == 0 && plain.equals(opened, lengths, 0), subject, "does not open what Culvert sealed");
            int last = count - 1;
            sealed.flip(last);
            forged = subject.open(key.address(), counters, sealed.packets, opened.packets, lengths, count);
            require(forged == 1L << last, subject, "does not find the packet with a changed bit");
        }
    }

    private static void require(boolean holds, Aead subject, String fault) {
        if (!holds) {
            throw new IllegalStateException(subject.implementation() + " " + fault);
        }
    }

    private static MemorySegment random(MemorySegment memory, long seed) {
        byte[] bytes = new byte[(int) memory.byteSize()];
        new SplittableRandom(seed).nextBytes(bytes);
        return memory.copyFrom(MemorySegment.ofArray(bytes));
    }

    /** Packets in memory of their own. */
    private static final class Slab {
        private final MemorySegment memory;
        private final long[] packets;

        Slab(Arena arena, TrainShape train) {
            memory = train.memory(arena);
            packets = train.packets(memory.address());
        }

        /** Whether the packets, each with {@code more} bytes, equal those of another slab. */
        boolean equals(Slab other, int[] lengths, int more) {
            for (int i = 0; i < packets.length; i++) {
                long from = packets[i] - memory.address();
                long to = from + lengths[i] + more;
                if (MemorySegment.mismatch(memory, from, to, other.memory, from, to) >= 0) {
                    return false;
                }
            }
            return true;
        }

        /** Changes a bit of a packet's first byte. */
        void flip(int packet) {
            long at = packets[packet] - memory.address();
            memory.set(JAVA_BYTE, at, (byte) (memory.get(JAVA_BYTE, at) ^ 1));
        }
    }
}

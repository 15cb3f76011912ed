// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import io.culvert.natives.Memory;
import org.junit.jupiter.api.Test;

/** A comparison with a byte-by-byte sum as in RFC 1071. */
class InternetChecksumTest {
    @Test
    void finishNonZeroReplacesZeroByAllOnes() {
        for (int sum = 0; sum <= 0xffff; sum++) {
            short checksum = InternetChecksum.finish(sum);
            assertThat(InternetChecksum.finishNonZero(sum)).isEqualTo(checksum == 0 ? (short) 0xffff : checksum);
        }
    }

    @Test
    void sumMatchesTheReferenceAtAnyAlignment() {
        Laws.check(draw -> {
            byte[] bytes = draw.bytes(0, 200);
            int alignment = draw.integer(0, 15);

            withMemory(alignment + bytes.length + 1, slab -> {
                Memory.copy(bytes, 0, slab + alignment, bytes.length);
                int folded = InternetChecksum.fold(InternetChecksum.sum(slab + alignment, bytes.length));
                assertThat(InternetChecksum.swap(folded)).isEqualTo(Packets.naiveSum(bytes, 0, bytes.length, 0));
            });
        });
    }

    @Test
    void sumAndCopyAllowsMovingDown() {
        Laws.check(draw -> {
            byte[] bytes = draw.bytes(0, 200);
            int distance = draw.integer(1, 300);

            withMemory(distance + bytes.length + 1, slab -> {
                Memory.copy(bytes, 0, slab + distance, bytes.length);
                long sum = InternetChecksum.sumAndCopy(slab + distance, slab, bytes.length);
                byte[] copy = new byte[bytes.length];
                Memory.copy(slab, copy, 0, copy.length);
                assertThat(copy).isEqualTo(bytes);
                assertThat(InternetChecksum.swap(InternetChecksum.fold(sum)))
                        .isEqualTo(Packets.naiveSum(bytes, 0, bytes.length, 0));
            });
        });
    }

    @Test
    void updateMatchesRecomputation() {
        Laws.check(draw -> {
            byte[] bytes = draw.bytes(4, 40);
            int word = draw.integer(0, 1);
            short after = (short) draw.integer(Short.MIN_VALUE, Short.MAX_VALUE);

            withMemory(bytes.length, slab -> {
                // A header is never all zero, the one case in which the two representations of zero differ.
                bytes[3] |= 1;
                Memory.copy(bytes, 0, slab, bytes.length);
                short checksum = InternetChecksum.finish(InternetChecksum.sum(slab, bytes.length));
                short before = Memory.getShort(slab + 2L * word);
                Memory.putShort(slab + 2L * word, word == 1 ? (short) (after | 0x100) : after);
                short changed = Memory.getShort(slab + 2L * word);
                assertThat(InternetChecksum.update(checksum, before, changed))
                        .isEqualTo(InternetChecksum.finish(InternetChecksum.sum(slab, bytes.length)));
            });
        });
    }

    @Test
    void withoutMatchesSummingAZeroedWord() {
        Laws.check(draw -> {
            byte[] bytes = draw.bytes(4, 40);

            withMemory(bytes.length, slab -> {
                bytes[3] |= 1;
                Memory.copy(bytes, 0, slab, bytes.length);
                long less = InternetChecksum.sum(slab, bytes.length) + InternetChecksum.without(Memory.getShort(slab));
                Memory.putShort(slab, (short) 0);
                assertThat(InternetChecksum.fold(less))
                        .isEqualTo(InternetChecksum.fold(InternetChecksum.sum(slab, bytes.length)));
            });
        });
    }

    interface Body {
        void with(long slab);
    }

    static void withMemory(int bytes, Body body) {
        long slab = Memory.allocate(bytes, 64);
        try {
            body.with(slab);
        } finally {
            Memory.free(slab);
        }
    }
}

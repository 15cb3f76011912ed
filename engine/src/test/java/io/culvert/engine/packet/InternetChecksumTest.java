package io.culvert.engine.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.natives.Memory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Against the byte-by-byte sum of RFC 1071. */
class InternetChecksumTest {
    @Test
    void aDatagramsChecksumIsNeverZero() {
        for (int sum = 0; sum <= 0xffff; sum++) {
            short checksum = InternetChecksum.finish(sum);
            assertThat(InternetChecksum.finishNonZero(sum)).isEqualTo(checksum == 0 ? (short) 0xffff : checksum);
        }
    }

    @Property
    void sumEqualsTheNaiveOneAtAnyAlignment(
            @ForAll @Size(max = 200) byte[] bytes, @ForAll @IntRange(max = 15) int alignment) {
        withMemory(alignment + bytes.length + 1, slab -> {
            Memory.copy(bytes, 0, slab + alignment, bytes.length);
            int folded = InternetChecksum.fold(InternetChecksum.sum(slab + alignment, bytes.length));
            assertThat(InternetChecksum.swap(folded)).isEqualTo(Packets.naiveSum(bytes, 0, bytes.length, 0));
        });
    }

    @Property
    void sumsAndCopiesAlsoWhenMovingDown(
            @ForAll @Size(max = 200) byte[] bytes, @ForAll @IntRange(min = 1, max = 300) int distance) {
        withMemory(distance + bytes.length + 1, slab -> {
            Memory.copy(bytes, 0, slab + distance, bytes.length);
            long sum = InternetChecksum.sumAndCopy(slab + distance, slab, bytes.length);
            byte[] copy = new byte[bytes.length];
            Memory.copy(slab, copy, 0, copy.length);
            assertThat(copy).isEqualTo(bytes);
            assertThat(InternetChecksum.swap(InternetChecksum.fold(sum)))
                    .isEqualTo(Packets.naiveSum(bytes, 0, bytes.length, 0));
        });
    }

    @Property
    void updateEqualsSummingAnew(
            @ForAll @Size(min = 4, max = 40) byte[] bytes, @ForAll @IntRange(max = 1) int word, @ForAll short after) {
        withMemory(bytes.length, slab -> {
            // A header is never all zero, which is the one case where the two forms of zero could be told apart.
            bytes[3] |= 1;
            Memory.copy(bytes, 0, slab, bytes.length);
            short checksum = InternetChecksum.finish(InternetChecksum.sum(slab, bytes.length));
            short before = Memory.getShort(slab + 2L * word);
            Memory.putShort(slab + 2L * word, word == 1 ? (short) (after | 0x100) : after);
            short changed = Memory.getShort(slab + 2L * word);
            assertThat(InternetChecksum.update(checksum, before, changed))
                    .isEqualTo(InternetChecksum.finish(InternetChecksum.sum(slab, bytes.length)));
        });
    }

    @Property
    void takingAWordOutEqualsSummingWithoutIt(@ForAll @Size(min = 4, max = 40) byte[] bytes) {
        withMemory(bytes.length, slab -> {
            bytes[3] |= 1;
            Memory.copy(bytes, 0, slab, bytes.length);
            long less = InternetChecksum.sum(slab, bytes.length) + InternetChecksum.without(Memory.getShort(slab));
            Memory.putShort(slab, (short) 0);
            assertThat(InternetChecksum.fold(less))
                    .isEqualTo(InternetChecksum.fold(InternetChecksum.sum(slab, bytes.length)));
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

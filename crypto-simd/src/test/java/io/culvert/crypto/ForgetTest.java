// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** After each train the scratch memory holds no secrets. */
class ForgetTest {
    private static final long KEY_END = (Scratch.KEY_ROW + Scratch.KEY_ROWS) * Kernels.ROW;

    private final SplittableRandom random = new SplittableRandom(4);

    static Stream<Kernels> kernels() {
        return KernelsTest.kernels();
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void noSecretsAreLeft(Kernels kernels) {
        Scratch scratch = new Scratch();
        try (Aead aead = new VectorAead(kernels, scratch)) {
            for (int count : new int[] {1, 2, 20, 46}) {
                for (int length : new int[] {0, 60, 150, 1_420, 4_000}) {
                    int[] lengths =
                            IntStream.range(0, count).map(i -> length + i % 3).toArray();
                    try (TestTrain train = new TestTrain(
                            random, random, lengths, random.longs(count).toArray(), TestTrain.Layout.APART)) {
                        assertThat(train.sealWrong(aead)).isEqualTo(-1);
                        checkZero(scratch);
                        train.loadSealed();
                        train.flip(0, 3);
                        assertThat(train.open(aead)).isEqualTo(1);
                        checkZero(scratch);
                    }
                }
            }
        }
    }

    /** Checks the key, and the rows from the state of Poly1305 to the keystream. */
    private static void checkZero(Scratch scratch) {
        for (long at = scratch.state + Scratch.KEY_ROW * Kernels.ROW; at < scratch.state + KEY_END; at += 8) {
            assertThat(RawMemory.getLong(at)).as("key").isZero();
        }
        for (long at = scratch.poly; at < scratch.counters; at += 8) {
            assertThat(RawMemory.getLong(at))
                    .as("%d bytes after the state of Poly1305", at - scratch.poly)
                    .isZero();
        }
    }
}

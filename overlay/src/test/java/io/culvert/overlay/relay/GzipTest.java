// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GzipTest {
    private static final int MOST = 1 << 20;
    private static final long SEED = 20;

    @Test
    void whatWasCompressedExpandsToTheSame() throws IOException {
        Random random = new Random(SEED);
        for (int length : new int[] {0, 1, 1000, MOST}) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            assertThat(Gzip.expand(Gzip.compress(bytes), MOST)).isEqualTo(bytes);
        }
    }

    /** A relay need not be trusted. */
    @Test
    void aFewBytesThatStandForManyAreRefused() {
        byte[] bomb = Gzip.compress(new byte[64 * MOST]);
        assertThat(bomb).hasSizeLessThan(MOST / 2);
        assertThatThrownBy(() -> Gzip.expand(bomb, MOST))
                .isInstanceOf(IOException.class)
                .hasMessage("it expands to more than 1048576 bytes");
    }

    @Test
    void whatIsDamagedOrCutOffIsRefused() {
        byte[] whole = Gzip.compress(new byte[1000]);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Gzip.expand(cut, MOST)).isInstanceOf(IOException.class);
        }
        byte[] damaged = whole.clone();
        damaged[whole.length / 2] ^= 1;
        assertThatThrownBy(() -> Gzip.expand(damaged, MOST)).isInstanceOf(IOException.class);
    }

    @Test
    void aReaderTakesItIfItSaysSo() {
        assertThat(Gzip.isTaken(List.of("gzip"))).isTrue();
        assertThat(Gzip.isTaken(List.of("br"))).isFalse();
        assertThat(Gzip.isTaken(null)).isFalse();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.laws.Laws;
import io.culvert.natives.Memory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PublicKeyTest {
    /** The same bytes again, by way of memory off the heap. */
    private static PublicKey again(PublicKey key) {
        long address = Memory.allocate(PublicKey.BYTES, 8);
        key.copyTo(address);
        PublicKey copy = PublicKey.at(address);
        Memory.free(address);
        return copy;
    }

    @Test
    void keepsItsBytes() {
        Laws.check(100, draw -> {
            byte[] bytes = draw.bytes(PublicKey.BYTES, PublicKey.BYTES);

            PublicKey key = new PublicKey(bytes);
            assertThat(key.toBytes()).isEqualTo(bytes);
            assertThat(key).hasToString(HexFormat.of().formatHex(bytes));
            assertThat(key.toBase64()).isEqualTo(Base64.getEncoder().encodeToString(bytes));
            for (int i = 0; i < 4; i++) {
                assertThat(key.word(i)).isEqualTo(ByteBuffer.wrap(bytes).getLong(8 * i));
            }
            assertThat(again(key)).isEqualTo(key).hasSameHashCodeAs(key);
        });
    }

    /** Any byte makes a difference, and so does its being unsigned. */
    @Test
    void comparesAsItsBytesDo() {
        Laws.check(300, draw -> {
            byte[] bytes = draw.bytes(PublicKey.BYTES, PublicKey.BYTES);
            int at = draw.integer(0, PublicKey.BYTES - 1);
            byte value = (byte) draw.integer(-128, 127);

            byte[] changed = bytes.clone();
            changed[at] = value;
            PublicKey key = new PublicKey(bytes);
            PublicKey other = new PublicKey(changed);
            assertThat(key.equals(other)).isEqualTo(Arrays.equals(bytes, changed));
            assertThat(Integer.signum(key.compareTo(other)))
                    .isEqualTo(Integer.signum(Arrays.compareUnsigned(bytes, changed)));
            assertThat(key.hashCode() == other.hashCode()).isEqualTo(key.equals(other));
        });
    }

    @Test
    void has32Bytes() {
        assertThatThrownBy(() -> new PublicKey(new byte[31])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PublicKey(new byte[33])).isInstanceOf(IllegalArgumentException.class);
        PublicKey key = new PublicKey(new byte[PublicKey.BYTES]);
        assertThatThrownBy(() -> key.word(4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(key.equals(null)).isFalse();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.natives.linux.PacketMemory;
import org.junit.jupiter.api.Test;

class PacketMemoryTest {
    private static final int PAGES = 100;
    private static final int PAGE = PacketMemory.PAGE_BYTES;

    @Test
    void pagesTakeMemoryOnceTheyAreTouchedAndUntilTheyAreDiscarded() {
        long address = PacketMemory.map(PAGES * PAGE);
        assertThat(address % PAGE).isZero();
        assertThat(PacketMemory.residentPages(address, PAGES * PAGE)).isZero();
        for (int i = 0; i < 10; i++) {
            Memory.putByte(address + i * PAGE, (byte) 1);
        }
        assertThat(PacketMemory.residentPages(address, PAGES * PAGE)).isEqualTo(10);
        // The first and the last page of the range stay: others own a part of them.
        PacketMemory.discard(address + 1, 5 * PAGE);
        assertThat(PacketMemory.residentPages(address, PAGES * PAGE)).isEqualTo(6);
        assertThat(Memory.getByte(address)).isEqualTo((byte) 1);
        assertThat(Memory.getByte(address + PAGE)).isZero();
        PacketMemory.unmap(address, PAGES * PAGE);
        assertThatThrownBy(() -> Memory.getByte(address)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void whatTheSystemRefusesIsAnErrorWithWords() {
        assertThatThrownBy(() -> PacketMemory.map(1L << 62))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageContaining("mmap");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.laws.Laws;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MemoryTest {
    private static final int BYTES = 32;

    private long address;

    @BeforeEach
    void allocate() {
        assertThat(Memory.CHECKS).as("-Dculvert.checks=true").isTrue();
        address = Memory.allocate(BYTES, 64);
    }

    @AfterEach
    void free() {
        Memory.free(address);
    }

    private static Arguments access(String name, int bytes, LongConsumer access) {
        return Arguments.of(Named.of(name, access), bytes);
    }

    static Stream<Arguments> accesses() {
        byte[] array = new byte[BYTES];
        return Stream.of(
                access("getByte", 1, Memory::getByte),
                access("putByte", 1, a -> Memory.putByte(a, (byte) 1)),
                access("getShort", 2, Memory::getShort),
                access("putShort", 2, a -> Memory.putShort(a, (short) 1)),
                access("getShortBE", 2, Memory::getShortBE),
                access("putShortBE", 2, a -> Memory.putShortBE(a, 1)),
                access("getInt", 4, Memory::getInt),
                access("putInt", 4, a -> Memory.putInt(a, 1)),
                access("getIntBE", 4, Memory::getIntBE),
                access("putIntBE", 4, a -> Memory.putIntBE(a, 1)),
                access("getLong", 8, Memory::getLong),
                access("putLong", 8, a -> Memory.putLong(a, 1)),
                access("getLongBE", 8, Memory::getLongBE),
                access("putLongBE", 8, a -> Memory.putLongBE(a, 1)),
                access("copy in", 20, a -> Memory.copy(array, 0, a, 20)),
                access("copy out", 20, a -> Memory.copy(a, array, 0, 20)),
                access("copy", 20, a -> Memory.copy(a, a, 20)),
                access("zero", 20, a -> Memory.zero(a, 20)),
                access("segment", 20, a -> Memory.segment(a, 20)));
    }

    /** Each access may reach the first and the last byte of its allocation, and no byte before or after them. */
    @ParameterizedTest
    @MethodSource("accesses")
    void accessIsBoundsChecked(LongConsumer access, int bytes) {
        assertThatCode(() -> access.accept(address)).doesNotThrowAnyException();
        assertThatCode(() -> access.accept(address + BYTES - bytes)).doesNotThrowAnyException();
        assertThatThrownBy(() -> access.accept(address + BYTES - bytes + 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> access.accept(address - 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @MethodSource("accesses")
    void freedMemoryIsInaccessible(LongConsumer access, int bytes) {
        long freed = Memory.allocate(bytes, 64);
        Memory.free(freed);
        assertThatThrownBy(() -> access.accept(freed)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void bothRangesOfACopyAreBoundsChecked() {
        long other = Memory.allocate(8, 8);
        try {
            assertThatThrownBy(() -> Memory.copy(address, other, 9)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> Memory.copy(other, address, 9)).isInstanceOf(IndexOutOfBoundsException.class);
        } finally {
            Memory.free(other);
        }
    }

    @Test
    void doubleFreeThrows() {
        long freed = Memory.allocate(8, 8);
        Memory.free(freed);
        assertThatThrownBy(() -> Memory.free(freed)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Memory.free(address + 8)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void negativeLengthsThrow() {
        assertThatThrownBy(() -> Memory.zero(address, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Memory.copy(address, address + 8, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void allocationIsZeroedAndAligned() {
        for (int alignment = 8; alignment <= 4096; alignment *= 2) {
            long block = Memory.allocate(100, alignment);
            assertThat(block % alignment).isZero();
            for (int i = 0; i < 100; i++) {
                assertThat(Memory.getByte(block + i)).isZero();
                Memory.putByte(block + i, (byte) -1);
            }
            Memory.free(block);
        }
    }

    @Test
    void multiByteAccessIsLittleEndianUnlessNamedOtherwise() {
        Memory.putLong(address, 0x1122334455667788L);
        assertThat(Memory.getByte(address)).isEqualTo((byte) 0x88);
        assertThat(Memory.getInt(address)).isEqualTo(0x55667788);
        assertThat(Memory.getShort(address)).isEqualTo((short) 0x7788);
        assertThat(Memory.getLongBE(address)).isEqualTo(0x8877665544332211L);
        assertThat(Memory.getIntBE(address)).isEqualTo(0x88776655);
        assertThat(Memory.getShortBE(address)).as("unsigned").isEqualTo(0x8877);
        Memory.putLongBE(address + 1, 0x0102030405060708L);
        assertThat(Memory.getByte(address + 1)).as("unaligned").isEqualTo((byte) 1);
        Memory.putIntBE(address + 1, 0x0a0b0c0d);
        assertThat(Memory.getInt(address + 1)).isEqualTo(0x0d0c0b0a);
        Memory.putShortBE(address + 3, 0xfffe);
        assertThat(Memory.getShort(address + 3)).isEqualTo((short) 0xfeff);
    }

    /** Overlapping ranges are copied as if through a temporary buffer. */
    @Test
    void overlappingCopyActsAsMemmove() {
        Laws.check(200, draw -> {
            byte[] content = draw.bytes(64, 64);
            int from = draw.integer(0, 32);
            int to = draw.integer(0, 32);
            int count = draw.integer(0, 32);

            long block = Memory.allocate(64, 8);
            try {
                Memory.copy(content, 0, block, 64);
                Memory.copy(block + from, block + to, count);
                byte[] expected = content.clone();
                System.arraycopy(content, from, expected, to, count);
                byte[] copied = new byte[64];
                Memory.copy(block, copied, 0, 64);
                assertThat(copied).isEqualTo(expected);
            } finally {
                Memory.free(block);
            }
        });
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.laws.Laws;
import io.culvert.natives.Memory;
import io.culvert.natives.linux.PacketMemory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private static final int PAGES_EACH = 4;

    /** Every byte of a buffer and of its slack is writable and belongs to one buffer only. */
    @Test
    void buffersAreAlignedAndDoNotOverlap() {
        Laws.check(50, draw -> {
            int count = draw.integer(1, 20);
            int bytes = draw.integer(1, 5000);

            try (BufferPool pool = new BufferPool(count, bytes)) {
                assertThat(pool.capacity()).isEqualTo(count);
                for (int i = 0; i < count; i++) {
                    long address = pool.address(pool.take());
                    assertThat(address % 64).isZero();
                    for (int at = 0; at < bytes + Slab.SLACK; at++) {
                        assertThat(Memory.getByte(address + at))
                                .as("buffer %d, byte %d", i, at)
                                .isZero();
                        Memory.putByte(address + at, (byte) 1);
                    }
                }
                assertThat(pool.take()).isEqualTo(-1);
            }
        });
    }

    /** True takes a buffer, and false gives back the one taken first, so that the two orders differ. */
    @Test
    void buffersAreExclusiveAndReusedLastInFirstOut() {
        Laws.check(draw -> {
            List<Boolean> steps = draw.list(0, 80, draw::bool);

            int count = 6;
            try (BufferPool pool = new BufferPool(count, 64)) {
                Deque<Integer> inUse = new ArrayDeque<>();
                int lastGiven = -1;
                for (boolean take : steps) {
                    if (take) {
                        int buffer = pool.take();
                        if (inUse.size() == count) {
                            assertThat(buffer).isEqualTo(-1);
                            continue;
                        }
                        assertThat(buffer).isBetween(0, count - 1).isNotIn(inUse);
                        if (lastGiven >= 0) {
                            assertThat(buffer).isEqualTo(lastGiven);
                            lastGiven = -1;
                        }
                        inUse.add(buffer);
                    } else if (!inUse.isEmpty()) {
                        lastGiven = inUse.poll();
                        pool.give(lastGiven);
                    }
                    assertThat(pool.available()).isEqualTo(count - inUse.size());
                }
            }
        });
    }

    @Test
    void closeFreesTheMemory() {
        BufferPool pool = new BufferPool(2, 100);
        Set<Long> addresses = new HashSet<>();
        addresses.add(pool.address(0));
        addresses.add(pool.address(1));
        assertThat(addresses).hasSize(2);
        pool.close();
        for (long address : addresses) {
            assertThatThrownBy(() -> Memory.getByte(address)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    private static int residentPages(BufferPool pool) {
        long first = Long.MAX_VALUE;
        long last = 0;
        for (int i = 0; i < pool.capacity(); i++) {
            first = Math.min(first, pool.address(i));
            last = Math.max(last, pool.address(i));
        }
        return PacketMemory.residentPages(first, last - first + PAGES_EACH * PacketMemory.PAGE_BYTES);
    }

    private static void fill(BufferPool pool, int buffer) {
        for (int page = 0; page < PAGES_EACH; page++) {
            Memory.putByte(pool.address(buffer) + page * PacketMemory.PAGE_BYTES, (byte) 1);
        }
    }

    /** Memory follows use: none before, that of a burst until it is given back, and that of the last few for good. */
    @Test
    void buffersTakeMemoryWhenUsedAndGiveThatOfABurstBack() {
        int count = 64;
        try (BufferPool pool = new BufferPool(count, PAGES_EACH * PacketMemory.PAGE_BYTES)) {
            assertThat(residentPages(pool)).isZero();
            assertThat(pool.hasSurplus()).isFalse();
            int[] taken = new int[count / 2];
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < taken.length; i++) {
                    taken[i] = pool.take();
                    fill(pool, taken[i]);
                }
                assertThat(residentPages(pool)).isGreaterThanOrEqualTo(taken.length * PAGES_EACH);
                for (int i : taken) {
                    pool.give(i);
                }
                assertThat(pool.hasSurplus()).isTrue();
                pool.discardSurplus();
                assertThat(pool.hasSurplus()).isFalse();
                // Pages that buffers share stay with the one that is kept.
                assertThat(residentPages(pool)).isBetween(1, BufferPool.KEPT * (PAGES_EACH + 2));
            }
            for (int i = 0; i < 100; i++) {
                int buffer = pool.take();
                fill(pool, buffer);
                pool.give(buffer);
            }
            assertThat(pool.hasSurplus()).as("sparse traffic").isFalse();
        }
    }
}

package io.culvert.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.natives.Memory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    /** Buffers and their slack lie apart, aligned, in memory that may be used from end to end. */
    @Property(tries = 50)
    void buffersDoNotOverlap(
            @ForAll @IntRange(min = 1, max = 20) int count, @ForAll @IntRange(min = 1, max = 5000) int bytes) {
        try (BufferPool pool = new BufferPool(count, bytes)) {
            assertThat(pool.capacity()).isEqualTo(count);
            for (int i = 0; i < count; i++) {
                long address = pool.address(pool.take());
                assertThat(address % 64).isZero();
                for (int at = 0; at < bytes + BufferPool.SLACK; at++) {
                    assertThat(Memory.getByte(address + at))
                            .as("buffer %d, byte %d", i, at)
                            .isZero();
                    Memory.putByte(address + at, (byte) 1);
                }
            }
            assertThat(pool.take()).isEqualTo(-1);
        }
    }

    /** True takes, false gives back what was taken last but one, so that the order of giving differs. */
    @Property
    void noBufferIsInUseTwiceAndTheLastGivenIsTakenFirst(@ForAll @Size(max = 80) List<Boolean> steps) {
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
    }

    @Test
    void closedPoolsMemoryIsGone() {
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
}

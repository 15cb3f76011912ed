// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.natives.Memory;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StagedPacketsTest {
    private final AtomicLong budget = new AtomicLong();
    private final StagedPackets staged = new StagedPackets(budget);

    @AfterEach
    void budgetReturnsToZero() {
        staged.purge();
        assertThat(budget).hasValue(0);
    }

    private StagedPackets.Staged packet(int packets, byte content) {
        long source = Memory.allocate(100, 64);
        Memory.putByte(source, content);
        StagedPackets.Staged copy = StagedPackets.copy(budget, source, 100, packets);
        Memory.free(source);
        return copy;
    }

    @Test
    void keepsCopiesInOrder() {
        staged.add(packet(1, (byte) 1));
        staged.add(packet(1, (byte) 2));
        for (byte expected = 1; expected <= 2; expected++) {
            StagedPackets.Staged packet = staged.poll();
            assertThat(Memory.getByte(packet.address())).isEqualTo(expected);
            staged.free(packet);
        }
        assertThat(staged.poll()).isNull();
    }

    @Test
    void oldestPacketsAreDroppedBeyond128() {
        int dropped = 0;
        for (int i = 0; i < 129; i++) {
            dropped += staged.add(packet(1, (byte) i));
        }
        assertThat(dropped).isZero();
        assertThat(staged.add(packet(1, (byte) 129))).isEqualTo(1);
        StagedPackets.Staged oldest = staged.poll();
        assertThat(Memory.getByte(oldest.address())).isEqualTo((byte) 1);
        staged.free(oldest);
    }

    @Test
    void burstIsAddedWhole() {
        staged.add(packet(100, (byte) 0));
        assertThat(staged.add(packet(64, (byte) 1))).isZero();
        assertThat(staged.size()).isEqualTo(2);
        assertThat(staged.add(packet(1, (byte) 2))).isEqualTo(100);
    }

    @Test
    void purgeCountsPackets() {
        staged.add(packet(47, (byte) 0));
        staged.add(packet(1, (byte) 0));
        assertThat(staged.purge()).isEqualTo(48);
        assertThat(staged.size()).isZero();
    }

    @Test
    void allPeersShareOneMemoryLimit() {
        budget.set(StagedPackets.MAX_BYTES - 99);
        assertThat(packet(1, (byte) 0)).isNull();
        assertThat(budget).hasValue(StagedPackets.MAX_BYTES - 99);
        budget.set(0);
    }
}

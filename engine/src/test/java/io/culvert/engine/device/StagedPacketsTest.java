// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.natives.Memory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StagedPacketsTest {
    private static final int BYTES = 100;
    private static final int LARGE = 64 * 1024;
    private static final int OTHERS = 10;

    private final StagingArea area = new StagingArea(1);
    private final StagedPackets staged = new StagedPackets(area);
    private final List<StagedPackets> others = new ArrayList<>();
    private long now;

    @AfterEach
    void allMemoryIsGivenBack() {
        staged.purge(Long.MAX_VALUE);
        others.forEach(other -> other.purge(Long.MAX_VALUE));
        assertThat(area.bytes()).isZero();
    }

    private StagedPackets.Staged packet(int packets, byte content) {
        return packet(packets, content, BYTES);
    }

    private StagedPackets.Staged packet(int packets, byte content, int bytes) {
        long source = Memory.allocate(bytes, 64);
        Memory.putByte(source, content);
        StagedPackets.Staged copy = area.copy(source, bytes, packets, now);
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
            area.free(packet);
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
        area.free(oldest);
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
        assertThat(staged.purge(Long.MAX_VALUE)).isEqualTo(48);
        assertThat(staged.size()).isZero();
    }

    @Test
    void purgeDropsWhatWasReadBefore() {
        staged.add(packet(1, (byte) 0));
        now = 2;
        staged.add(packet(3, (byte) 0));
        assertThat(staged.purge(2)).isEqualTo(1);
        assertThat(staged.size()).isEqualTo(1);
        assertThat(staged.purge(3)).isEqualTo(3);
    }

    @Test
    void theLongestQueuesMakeRoom() {
        for (int i = 0; i < OTHERS; i++) {
            others.add(new StagedPackets(area));
        }
        staged.add(packet(1, (byte) 7));
        int dropped = 0;
        for (int i = 0; dropped == 0; i++) {
            dropped += others.get(i % OTHERS).add(packet(1, (byte) 0, LARGE));
        }
        assertThat(area.bytes()).isLessThan(StagingArea.MAX_BYTES).isGreaterThan(StagingArea.MAX_BYTES * 3 / 4);
        assertThat(staged.size()).as("the short queue keeps its packet").isOne();
        staged.add(packet(1, (byte) 8));
        assertThat(staged.size()).as("and gets another").isEqualTo(2);
        StagedPackets.Staged oldest = staged.poll();
        assertThat(Memory.getByte(oldest.address())).isEqualTo((byte) 7);
        area.free(oldest);
    }

    @Test
    void smallPacketsAreChargedWhatTheyTake() {
        StagedPackets.Staged small = packet(1, (byte) 0, 1);
        assertThat(area.bytes()).isEqualTo(1 + StagingArea.OVERHEAD);
        area.free(small);
        staged.add(area.keepalive(now));
        assertThat(area.bytes()).isEqualTo(StagingArea.OVERHEAD);
    }

    @Test
    void allPeersShareOneMemoryLimit() {
        List<StagedPackets.Staged> copies = new ArrayList<>();
        for (StagedPackets.Staged copy; (copy = packet(1, (byte) 0, LARGE)) != null; ) {
            copies.add(copy);
        }
        assertThat(area.bytes()).isLessThanOrEqualTo(StagingArea.MAX_BYTES);
        copies.forEach(area::free);
    }
}

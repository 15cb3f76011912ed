// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LoadTest {
    private static Load of(int clients, int servers) {
        return new Load(new int[] {100}, 0, 50_000, clients, servers);
    }

    @Test
    void eachFlowHasTheSameShare() {
        for (Load load : new Load[] {of(40, 25), of(4, 1), of(16, 1), of(1, 1)}) {
            Map<Integer, Integer> packets = new HashMap<>();
            LongStream.range(0, 16_000).forEach(packet -> packets.merge(load.flow(packet), 1, Integer::sum));
            assertThat(packets).hasSize(load.flows());
            assertThat(packets.values()).containsOnly(16_000 / load.flows());
        }
    }

    @Test
    void packetsAreDueAtASteadyRate() {
        Load load = of(1, 1);
        assertThat(load.due(0)).isEqualTo(1);
        assertThat(load.due(19_999)).isEqualTo(1);
        assertThat(load.due(20_000)).isEqualTo(2);
        assertThat(load.dueNanos(5)).isEqualTo(100_000);
        assertThat(load.due(1_000_000_000)).isEqualTo(50_001);
        for (long packet : new long[] {1, 7, 1_234_567}) {
            assertThat(load.due(load.dueNanos(packet))).isEqualTo(packet + 1);
        }
    }

    @Test
    void sizesRepeat() {
        Load load = new Load(new int[] {36, 548, 1392}, 0, 1, 1, 1);
        assertThat(LongStream.range(0, 5).mapToInt(load::size)).containsExactly(36, 548, 1392, 36, 548);
        assertThat(load.meanPayload()).isCloseTo(658.67, within(0.01));
    }

    @Test
    void rejectsWhatItCannotSend() {
        assertThatThrownBy(() -> new Load(new int[] {15}, 0, 1, 1, 1))
                .hasMessageContaining("expected payloads of 16 to 2048 bytes, got [15]");
        assertThatThrownBy(() -> new Load(new int[] {100}, 4000, 1, 1, 1)).hasMessageContaining("answered by 4000");
        assertThatThrownBy(() -> new Load(new int[] {100}, 0, 0, 1, 1)).hasMessageContaining("expected a rate");
    }
}

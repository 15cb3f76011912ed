// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.demo.SteadyPing.Count;
import io.culvert.daemon.demo.Timeline.Event;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {
    @Test
    void columnsAreAlignedAndWithoutPingsNoneIsShownAsKept() {
        List<String> lines = Timeline.of(List.of(
                        new Event(8.04, "node1 to node9 join", 8, 1.234, Count.NONE),
                        new Event(112.5, "etcd is killed; all agents notice", 8, 0.4, new Count(100, 2))))
                .lines()
                .toList();
        assertThat(lines.get(0))
                .isEqualTo("   begin  event                                      peers     after     pings lost");
        assertThat(lines.get(1)).isEqualTo("   8.0 s  node1 to node9 join                            8    1.23 s");
        assertThat(lines.get(2))
                .isEqualTo(" 112.5 s  etcd is killed; all agents notice              8    0.40 s       2 of 100");
    }
}

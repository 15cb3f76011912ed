// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void columnsAreAlignedAndMissingFlowsAreMarkedAsFailed() {
        Row row = new Row(Implementation.CULVERT, Implementation.WIREGUARD_GO, false, true, 12.34, 0.456);
        row.flows().put(Load.TCP_1, new Flow(1.5, 0.25, 1, 0));
        row.flows().put(Load.UDP, new Flow(0.5, 2, 3, 1.25));
        List<String> lines = Table.of(List.of(row)).lines().toList();
        assertThat(lines.get(2))
                .isEqualTo("culvert       wireguard-go* IPv6    12.3   0.46    1.50   0.25 + 1.00  failed"
                        + "        failed   2.00 + 3.00   1.3 %");
        assertThat(lines.get(1)).hasSameSizeAs(lines.get(2));
    }
}

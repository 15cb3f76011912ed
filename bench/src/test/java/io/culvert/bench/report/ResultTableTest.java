// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultTableTest {
    private static final Run RUN = new Run(
            "end-to-end",
            Map.of(
                    "cpu",
                    "AMD EPYC",
                    "cores",
                    "2",
                    "kernel",
                    "6.18",
                    "method",
                    "3 rounds",
                    "stopped",
                    "in round 3 of 4"),
            Map.of("kernel-wireguard", "this kernel has no WireGuard"),
            List.of(
                    throughput("tcp1", "culvert", 6.0, 5.0, 4.0),
                    throughput("tcp1", "wireguard-go", 2.5, 2.5, 2.5),
                    throughput("tcp1", "openvpn-aes", 0.5),
                    throughput("tcp1", "no-crypto", 10.0),
                    cost("tcp1", "culvert", "cpu", "s/GB", 2),
                    cost("tcp1", "wireguard-go", "cpu", "s/GB", 4),
                    cost("ping", "culvert", "median", "us", 150),
                    cost("ping", "openvpn-aes", "median", "us", 1500)));

    private static Series throughput(String test, String implementation, Double... samples) {
        return new Series(test, implementation, "throughput", "Gbit/s", true, List.of(samples));
    }

    private static Series cost(String test, String implementation, String metric, String unit, double sample) {
        return new Series(test, implementation, metric, unit, false, List.of(sample));
    }

    private static String line(String table, String name) {
        return table.lines()
                .filter(line -> line.startsWith("  " + name))
                .findFirst()
                .orElseThrow()
                .replaceAll(" +", " ");
    }

    @Test
    void showsMedianSpreadAndRatioToTheBestPeer() {
        String table = ResultTable.of(RUN);
        assertThat(line(table, "culvert")).isEqualTo(" culvert 5.00 (40 %) x2.00 2.00 x0.50");
        assertThat(line(table, "wireguard-go")).isEqualTo(" wireguard-go 2.50 (0 %) * 4.00 *");
        assertThat(line(table, "no-crypto"))
                .as("the no-crypto baseline is no peer")
                .isEqualTo(" no-crypto 10.0 x4.00 -");
    }

    @Test
    void showsTheMachineAndWhatWasNotMeasured() {
        assertThat(ResultTable.of(RUN))
                .contains("AMD EPYC, 2 cores, Linux 6.18", "3 rounds", "stopped in round 3 of 4")
                .contains("kernel-wireguard: this kernel has no WireGuard");
    }
}

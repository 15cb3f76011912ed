// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PngPlotsTest {
    private static List<String> panels(String... tests) {
        List<Series> series = Stream.of(tests)
                .map(test -> new Series(test, "culvert", "throughput", "Gbit/s", true, List.of(1.0)))
                .toList();
        List<Comparison> all = Comparison.of(new Run("end-to-end", Map.of(), Map.of(), series));
        return PngPlots.panels(all).stream().map(Comparison::test).toList();
    }

    @Test
    void showsForwardedTrafficBesideTheEndsOwn() {
        assertThat(panels("tcp1", "tcp8", "udp1g", "tcp1@gateway", "tcp1@vxlan", "tcp8@gateway-nat", "udp1g@gateway"))
                .containsExactly("tcp1", "tcp8", "tcp1@gateway", "tcp8@gateway-nat");
    }

    @Test
    void showsTheFirstThreeOfOneKind() {
        assertThat(panels("tcp1", "tcp1r", "tcp8", "tcp8r")).containsExactly("tcp1", "tcp1r", "tcp8");
        assertThat(panels("tcp1@gateway", "tcp8@gateway")).containsExactly("tcp1@gateway", "tcp8@gateway");
    }
}

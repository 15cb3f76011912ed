// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class LabelsTest {
    @Test
    void roundsToThreeDigits() {
        assertThat(List.of(0.0, 0.0123, 0.5, 5.804, 9.996, 58.04, 99.96, 2254.4))
                .extracting(Labels::number)
                .containsExactly("0", "0.012", "0.50", "5.80", "10.0", "58.0", "100", "2,254");
        assertThat(Labels.times(OptionalDouble.of(1.5))).isEqualTo("1.50\u00d7");
        assertThat(Labels.times(OptionalDouble.empty())).isEqualTo("\u2013");
    }

    @Test
    void aSingleRoundHasNeitherRangeNorSpread() {
        Series three = new Series("tcp1", "culvert", "throughput", "Gbit/s", true, List.of(4.0, 5.0, 4.5));
        Series one = new Series("tcp1", "culvert", "throughput", "Gbit/s", true, List.of(4.0));

        assertThat(Labels.range(three)).isEqualTo("4.00 to 5.00");
        assertThat(Labels.spread(three)).isEqualTo("22.2 %");
        assertThat(Labels.range(one)).isEqualTo("\u2013");
        assertThat(Labels.spread(one)).isEqualTo("\u2013");
    }

    @Test
    void namesTestsAndTheirConditions() {
        assertThat(Labels.test("tcp1")).isEqualTo("TCP, 1 stream");
        assertThat(Labels.test("tcp8@ipv6@mtu9000@peers100"))
                .isEqualTo("TCP, 8 streams, over IPv6, MTU 9000, 100 peers");
        assertThat(Labels.test("tcp8@gateway-nat")).isEqualTo("TCP, 8 streams, forwarded with NAT");
        assertThat(Labels.test("ping10ms@vxlan")).isEqualTo("Ping every 10 ms, in VXLAN");
        assertThat(Labels.test("shares@hub64@peers10000")).endsWith(", hub of 64 peers, 10000 peers");
        assertThat(Labels.test("something else")).isEqualTo("something else");
        assertThat(Labels.metric("throughput")).isEqualTo("Throughput");
    }

    @Test
    void keepsMalformedTimes() {
        assertThat(Labels.time(new Run("aead", Map.of("time", "2026-11-21T09:00:24Z"), Map.of(), List.of())))
                .isEqualTo("21 November 2026, 09:00 UTC");
        assertThat(Labels.time(new Run("aead", Map.of("time", "<noon>"), Map.of(), List.of())))
                .isEqualTo("<noon>");
    }

    @Test
    void replacesUnreadableCharacters() {
        assertThat(Labels.clean("a\u0000b\u001bc\u202ed\ud83de\ud83d\ude80 \u00e9"))
                .isEqualTo("a\ufffdb\ufffdc\ufffdd\ufffde\ud83d\ude80 \u00e9");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static Comparison of(Series... series) {
        List<Comparison> all = Comparison.of(new Run("end-to-end", Map.of(), Map.of(), List.of(series)));
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private static Series throughput(String implementation, Double... samples) {
        return new Series("tcp1", implementation, "throughput", "Gbit/s", true, List.of(samples));
    }

    private static Series cpu(String implementation, Double... samples) {
        return new Series("tcp1", implementation, "cpu", "s/GB", false, List.of(samples));
    }

    @Test
    void comparesWithTheBestPeerAndNotWithTheNoCryptoBaseline() {
        Comparison comparison = of(
                throughput("wireguard-go", 3.0),
                throughput("no-crypto", 9.0),
                throughput("culvert", 6.0),
                throughput("tailscale", 4.0));

        assertThat(comparison.ranked())
                .extracting(Series::implementation)
                .containsExactly("no-crypto", "culvert", "tailscale", "wireguard-go");
        assertThat(comparison.bestPeer().orElseThrow().implementation()).isEqualTo("tailscale");
        assertThat(comparison.advantage()).hasValue(1.5);
        assertThat(comparison.outcome()).contains(Outcome.AHEAD);
    }

    @Test
    void handlesMetricsWhereLowerIsBetter() {
        Comparison ahead = of(cpu("culvert", 2.0), cpu("tailscale", 3.0), cpu("boringtun", 8.0));
        Comparison behind = of(cpu("culvert", 4.0), cpu("tailscale", 3.0));

        assertThat(ahead.bestPeer().orElseThrow().implementation()).isEqualTo("tailscale");
        assertThat(ahead.advantage()).hasValue(1.5);
        assertThat(ahead.outcome()).contains(Outcome.AHEAD);
        assertThat(behind.advantage()).hasValue(0.75);
        assertThat(behind.outcome()).contains(Outcome.BEHIND);
    }

    @Test
    void isLevelIfSamplesOverlap() {
        assertThat(of(throughput("culvert", 6.0, 5.0, 5.5), throughput("tailscale", 4.0, 4.5, 5.1))
                        .outcome())
                .contains(Outcome.LEVEL);
        assertThat(of(throughput("culvert", 6.0, 5.2, 5.5), throughput("tailscale", 4.0, 4.5, 5.1))
                        .outcome())
                .contains(Outcome.AHEAD);
        assertThat(of(throughput("culvert", 3.0, 3.1), throughput("tailscale", 4.0, 4.5))
                        .outcome())
                .contains(Outcome.BEHIND);
    }

    @Test
    void hasNoRatioWithoutAPeerOrToZero() {
        assertThat(of(throughput("culvert", 6.0), throughput("no-crypto", 9.0)).advantage())
                .isEmpty();
        assertThat(of(throughput("culvert", 6.0), throughput("no-crypto", 9.0)).outcome())
                .isEmpty();
        assertThat(of(throughput("tailscale", 6.0)).outcome()).isEmpty();
        Comparison lossless = of(cpu("culvert", 0.0), cpu("tailscale", 1.0));
        assertThat(lossless.advantage()).isEmpty();
        assertThat(lossless.outcome()).contains(Outcome.AHEAD);
    }

    @Test
    void usesTheFirstOfSeveralSeriesOfCulvert() {
        Series first = new Series("seal", "vector-512", "rate", "GB/s", true, List.of(2.0));
        Series second = new Series("seal", "vector-256", "rate", "GB/s", true, List.of(3.0));
        Series peer = new Series("seal", "jce-direct", "rate", "GB/s", true, List.of(1.0));

        assertThat(of(peer, first, second).ours()).contains(first);
    }

    @Test
    void headlinesExcludeDerivedFigures() {
        List<Series> series = List.of(
                new Series("seal", "culvert", "time", "ns/packet", false, List.of(700.0)),
                new Series("seal", "culvert", "rate", "GB/s", true, List.of(2.0)),
                new Series("lookup", "culvert", "time", "ns/lookup", false, List.of(30.0)),
                new Series("udp1g", "culvert", "lost", "%", false, List.of(3.0)));

        assertThat(Comparison.of(new Run("jmh", Map.of(), Map.of(), series)))
                .extracting(one -> one.test() + " " + one.metric() + " " + one.isHeadline())
                .containsExactly("seal time false", "seal rate true", "lookup time true", "udp1g lost false");
    }

    @Test
    void otherBuildsOfCulvertArePeers() {
        assertThat(of(throughput("culvert", 6.0), throughput("culvert-old", 5.0))
                        .advantage())
                .hasValue(1.2);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.culvert.bench.endtoend.Plan;
import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TunnelPairTest {
    private static final Run RUN = new Run(
            "end-to-end",
            Map.of(),
            Map.of("abc: ping10ms", "in round 2: no answer"),
            List.of(
                    new Series("tcp1", "culvert", "throughput", "Gbit/s", true, List.of(6.0, 3.0)),
                    new Series("tcp1", "abc", "throughput", "Gbit/s", true, List.of(3.0, 3.0)),
                    new Series("udp1g", "culvert", "lost", "%", false, List.of(2.0, 0.0)),
                    new Series("udp1g", "abc", "lost", "%", false, List.of(0.0, 100.0)),
                    new Series("pingload", "culvert", "p99", "us", false, List.of(200.0, 100.0)),
                    new Series("pingload", "abc", "p99", "us", false, List.of(100.0, 100.0)),
                    new Series("ping10ms", "culvert", "p99", "us", false, List.of(100.0, 100.0)),
                    new Series("ping10ms", "abc", "p99", "us", false, List.of(100.0))));

    private final Map<String, String> failures = new HashMap<>();

    /** Ratios are higher-is-better for every figure; a loss counts by what was delivered. */
    @Test
    void ratiosPairTheRoundsOfBothBuilds() {
        Map<String, Ratio> ratios = ratios(false);
        assertThat(ratios.get("tcp1 throughput / abc").samples()).containsExactly(2.0, 1.0);
        assertThat(ratios.get("udp1g delivered / abc").samples()).containsExactly(0.98, 1000.0);
        assertThat(ratios.get("pingload p99 / abc").samples()).containsExactly(0.5, 1.0);
    }

    @Test
    void failedRoundsGiveNoRatioButAReason() {
        assertThat(ratios(false)).hasSize(3);
        assertThat(failures)
                .containsEntry("ping10ms p99 / abc", "abc: ping10ms: in round 2: no answer")
                .containsEntry("tcp8 throughput / abc", "not measured");
    }

    @Test
    void plantsFaultsWhereItSaysSo() {
        Map<String, Ratio> ratios = ratios(true);
        assertThat(ratios.get("tcp1 throughput / abc").samples().get(1)).isCloseTo(1 / 1.15, within(1e-9));
        assertThat(ratios.get("udp1g delivered / abc").samples().get(0)).isCloseTo(0.98 * 0.99, within(1e-9));
        assertThat(ratios.get("pingload p99 / abc").samples()).containsExactly(0.25, 0.5);
        TunnelPair pair = pair(true);
        assertThat(pair.planted())
                .contains("udp1g delivered / abc", "ping10ms p99 / abc", "tcp8@gateway throughput / abc")
                .doesNotContain("ping10ms median / abc");
        assertThat(pair.names()).containsAll(pair.planted());
    }

    @Test
    void measuresBothBuildsInTheTestsOfTheWantedRatios() {
        TunnelPair pair = pair(false);
        Plan all = pair.plan(pair.names());
        assertThat(all.implementations()).containsExactly("culvert");
        assertThat(all.programs()).containsOnly(Map.entry("abc", "/abc/bin/culvert --foreground {ifname}"));
        assertThat(all.tests())
                .containsExactly("tcp1", "tcp8", "ping10ms", "pingload", "small200", "udp1g", "tcp8@gateway");
        assertThat(pair.plan(List.of("ping10ms p99 / abc")).tests()).containsExactly("ping10ms");
    }

    /** A loss of 1 % and a doubled p99 lie beyond the tolerance, as a slowdown of 15 % does. */
    @Test
    void plantedFaultsLieBeyondTheTolerances() {
        TunnelPair pair = pair(true);
        assertThat(pair.tolerance("udp1g delivered / abc")).isLessThan(0.01);
        assertThat(pair.tolerance("ping10ms p99 / abc")).isLessThan(0.5);
        assertThat(pair.tolerance("tcp8 throughput / abc")).isLessThan(1 - 1 / 1.15);
    }

    private static TunnelPair pair(boolean planted) {
        return new TunnelPair("abc", "/abc/bin/culvert --foreground {ifname}", planted, what -> {});
    }

    private Map<String, Ratio> ratios(boolean planted) {
        TunnelPair pair = pair(planted);
        Map<String, Ratio> ratios = new HashMap<>();
        pair.ratios(RUN, pair.names(), failures).forEach(ratio -> ratios.put(ratio.name(), ratio));
        return ratios;
    }
}

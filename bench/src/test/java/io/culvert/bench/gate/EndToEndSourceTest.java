// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EndToEndSourceTest {
    private static final String THROUGHPUT = "end-to-end tcp1 throughput / wireguard-go-debian";
    private static final String CPU = "end-to-end tcp1 cpu / wireguard-go-debian";
    private static final String NO_CRYPTO = "end-to-end tcp1 throughput / no-crypto";

    /** Ratios are higher-is-better for every metric, and pair samples of the same round. */
    @Test
    void ratiosPairSamplesOfTheSameRound() {
        Run run = new Run(
                "end-to-end",
                Map.of(),
                Map.of("no-crypto", "not built"),
                List.of(
                        new Series("tcp1", "culvert", "throughput", "Gbit/s", true, List.of(6.0, 3.0)),
                        new Series("tcp1", "culvert", "cpu", "s/GB", false, List.of(2.0, 4.0)),
                        new Series("tcp1", "wireguard-go-debian", "throughput", "Gbit/s", true, List.of(3.0, 1.0)),
                        new Series("tcp1", "wireguard-go-debian", "cpu", "s/GB", false, List.of(4.0, 5.0))));
        Map<String, String> failures = new LinkedHashMap<>();
        List<Ratio> ratios = EndToEndSource.ratios(run, Set.of(THROUGHPUT, CPU, NO_CRYPTO), failures);
        assertThat(ratios)
                .containsExactlyInAnyOrder(
                        new Ratio(THROUGHPUT, List.of(2.0, 3.0)), new Ratio(CPU, List.of(2.0, 1.25)));
        assertThat(failures).containsOnly(Map.entry(NO_CRYPTO, "not built"));
    }

    /** If a round failed on one side, samples cannot be paired. */
    @Test
    void unequalRoundsGiveNoRatio() {
        Run run = new Run(
                "end-to-end",
                Map.of(),
                Map.of("culvert: tcp1", "in round 2: no answer"),
                List.of(
                        new Series("tcp1", "culvert", "throughput", "Gbit/s", true, List.of(6.0)),
                        new Series("tcp1", "wireguard-go-debian", "throughput", "Gbit/s", true, List.of(3.0, 1.0))));
        Map<String, String> failures = new LinkedHashMap<>();
        assertThat(EndToEndSource.ratios(run, Set.of(THROUGHPUT), failures)).isEmpty();
        assertThat(failures).containsOnly(Map.entry(THROUGHPUT, "in round 2: no answer"));
    }
}

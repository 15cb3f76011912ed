// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.metrics.MetricsFormat;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTextTest {
    @Test
    void whatTheWriterWritesIsReadBack() {
        String value = "a \"quoted\\ reason\",\nwith {braces}=1 and ü";
        String text = MetricsFormat.text(MetricSnapshots.of(GaugeSnapshot.builder()
                .name("culvert_x")
                .help("Help, in {braces} 1.")
                .dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(Labels.of("reason", value, "what", "one"))
                        .value(1.5e12)
                        .build())
                .dataPoint(GaugeDataPointSnapshot.builder().value(-2).build())
                .build()));
        assertThat(text).doesNotContain("\n\n");
        MetricsText metrics = new MetricsText(text.lines().toList());
        assertThat(metrics.all("culvert_x").map(sample -> sample.label("reason")))
                .containsExactlyInAnyOrder(value, "");
        assertThat(metrics.sum("culvert_x")).hasValue(1.5e12 - 2);
        assertThat(metrics.sum("culvert_y")).isEmpty();
    }

    @Test
    void sumsGoByLabel() {
        MetricsText metrics = new MetricsText(List.of(
                "# TYPE drops counter", "drops{worker=\"0\",cause=\"a\"} 1", "drops{worker=\"1\",cause=\"a\"} 2.0"));
        assertThat(metrics.by("drops", "cause")).containsOnly(java.util.Map.entry("a", 3.0));
    }

    @Test
    void otherLinesAreSkipped() {
        MetricsText metrics = new MetricsText(List.of("", "x", "x y", "x{a=\"b 1", "x{a} 1", "x{a=\"b\\} 1", "ok 1"));
        assertThat(metrics.first("x")).isEmpty();
        assertThat(metrics.first("ok")).isPresent();
    }
}

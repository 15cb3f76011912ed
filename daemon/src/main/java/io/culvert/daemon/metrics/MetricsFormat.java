// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Metrics as text, for readers other than Prometheus. */
public final class MetricsFormat {
    private MetricsFormat() {}

    /** The metrics in Prometheus' text format: lines, none of them empty. */
    public static String text(MetricSnapshots metrics) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, metrics);
        } catch (IOException e) {
            throw new AssertionError("a ByteArrayOutputStream has no errors", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import java.util.List;

/**
 * The history of one metric.
 *
 * @param title of the metric, with its unit
 * @param pictures plots over time
 * @param tests the columns
 * @param rows one per run, the newest first
 */
record HistorySection(String title, List<Picture> pictures, List<String> tests, List<Row> rows) {
    /** One run. */
    record Row(String time, String commit, String cpu, List<String> cells) {}

    static List<HistorySection> of(History history) {
        return history.metrics().stream().map(metric -> of(history, metric)).toList();
    }

    private static HistorySection of(History history, List<Comparison> metric) {
        Comparison any = metric.getFirst();
        return new HistorySection(
                Labels.metric(any.metric()) + ", " + Labels.unit(any.unit()),
                history.plots(metric),
                metric.stream().map(one -> Labels.test(one.test())).toList(),
                history.runs().reversed().stream().map(run -> row(run, metric)).toList());
    }

    private static Row row(Run run, List<Comparison> metric) {
        return new Row(
                Labels.time(run),
                Labels.clean(run.machine().getOrDefault("commit", "unknown")),
                Labels.clean(run.machine().getOrDefault("cpu", "unknown")),
                metric.stream().map(one -> cell(run, one)).toList());
    }

    private static String cell(Run run, Comparison comparison) {
        return History.in(run, comparison)
                .flatMap(one -> one.ours()
                        .map(ours -> Labels.number(ours.median()) + " (" + Labels.times(one.advantage()) + ")"))
                .orElse(Labels.NONE);
    }
}

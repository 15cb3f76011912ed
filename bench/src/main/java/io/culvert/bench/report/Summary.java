// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Series;
import java.util.List;
import java.util.Locale;

/**
 * Culvert's headline figures in a run against the best peer of each.
 *
 * @param ahead the number of figures better than the best peer's
 * @param level the number that the run cannot tell apart
 * @param behind the number of worse figures
 * @param rows one per figure
 * @param losses the worse figures, in words
 */
record Summary(long ahead, long level, long behind, List<Row> rows, List<String> losses) {
    /** One headline figure. */
    record Row(
            String test,
            String metric,
            String unit,
            String culvert,
            String peer,
            String best,
            String ratio,
            String outcome) {}

    static Summary of(List<Comparison> comparisons) {
        List<Comparison> headlines = comparisons.stream()
                .filter(one -> one.isHeadline() && one.outcome().isPresent())
                .toList();
        return new Summary(
                count(headlines, Outcome.AHEAD),
                count(headlines, Outcome.LEVEL),
                count(headlines, Outcome.BEHIND),
                headlines.stream().map(Summary::row).toList(),
                headlines.stream()
                        .filter(one -> one.outcome().orElseThrow() == Outcome.BEHIND)
                        .map(Summary::loss)
                        .toList());
    }

    /** Whether it has any figure. */
    boolean isAny() {
        return !rows.isEmpty();
    }

    /** Whether Culvert is behind in any figure. */
    boolean isLosing() {
        return !losses.isEmpty();
    }

    private static long count(List<Comparison> headlines, Outcome outcome) {
        return headlines.stream()
                .filter(one -> one.outcome().orElseThrow() == outcome)
                .count();
    }

    private static Row row(Comparison comparison) {
        Series culvert = comparison.ours().orElseThrow();
        Series peer = comparison.bestPeer().orElseThrow();
        return new Row(
                Labels.test(comparison.test()),
                Labels.metric(comparison.metric()),
                Labels.unit(comparison.unit()),
                Labels.number(culvert.median()),
                Labels.number(peer.median()),
                Labels.clean(peer.implementation()),
                Labels.times(comparison.advantage()),
                comparison.outcome().orElseThrow().toString());
    }

    private static String loss(Comparison comparison) {
        Row row = row(comparison);
        return "%s, %s: %s against %s %s of %s (%s)"
                .formatted(
                        row.test,
                        row.metric.toLowerCase(Locale.ROOT),
                        row.culvert,
                        row.peer,
                        row.unit,
                        row.best,
                        row.ratio);
    }
}

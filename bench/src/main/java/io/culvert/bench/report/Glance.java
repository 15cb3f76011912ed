package io.culvert.bench.report;

import io.culvert.bench.result.Series;
import java.util.List;
import java.util.Locale;

/**
 * Where Culvert stands in a run: its headline figures against the best peer of each.
 *
 * @param ahead how many of them are better than the best peer's
 * @param level how many the run cannot tell apart
 * @param behind how many are worse
 * @param rows one for each of them
 * @param losses those that are worse, in words
 */
record Glance(long ahead, long level, long behind, List<Row> rows, List<String> losses) {
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

    static Glance of(List<Comparison> comparisons) {
        List<Comparison> headlines = comparisons.stream()
                .filter(one -> one.isHeadline() && one.outcome().isPresent())
                .toList();
        return new Glance(
                count(headlines, Outcome.AHEAD),
                count(headlines, Outcome.LEVEL),
                count(headlines, Outcome.BEHIND),
                headlines.stream().map(Glance::row).toList(),
                headlines.stream()
                        .filter(one -> one.outcome().orElseThrow() == Outcome.BEHIND)
                        .map(Glance::loss)
                        .toList());
    }

    /** Whether there is anything to be compared. */
    boolean isAny() {
        return !rows.isEmpty();
    }

    /** Whether Culvert is behind anywhere. */
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
                Wording.test(comparison.test()),
                Wording.metric(comparison.metric()),
                Wording.unit(comparison.unit()),
                Wording.number(culvert.median()),
                Wording.number(peer.median()),
                Wording.clean(peer.contender()),
                Wording.times(comparison.advantage()),
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

// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** New JVMs compared with others of the same age that use JCE only: as a table and as a run. */
final class StartReport {
    private static final double FAST = 0.8;
    private static final int SECONDS_TO_BE_FAST = 4;
    /** JCE's own slices vary as much. */
    private static final double NOT_BELOW = 0.9;

    private final List<Start> culvert;
    private final List<Start> jce;
    private final double fullSpeed;
    private final double[] jceRates;

    /** Takes at least one start of each kind, all with the same number of slices. */
    StartReport(List<Start> culvert, List<Start> jce) {
        this.culvert = culvert;
        this.jce = jce;
        fullSpeed = median(culvert, Start::fullSpeed);
        jceRates = IntStream.range(0, jce.getFirst().slices())
                .mapToDouble(slice -> median(jce, start -> start.rate(slice)))
                .toArray();
    }

    /** Prints a line for each start, and the number of starts that meet each goal. */
    void print(PrintStream out) {
        out.printf(
                "%n%5s %16s %16s %16s %16s %16s%n",
                "start", "80 % of full, s", "change-over, s", "full speed, GB/s", "lowest / JCE", "until then / JCE");
        int number = 0;
        for (Start start : culvert) {
            out.printf(
                    "%5d %16s %16s %16.2f %16s %16s%n",
                    ++number,
                    inSeconds(start.firstAt(FAST * fullSpeed)),
                    start.isChanged() ? text(start.changeOver() / 1e3) : "-",
                    start.fullSpeed(),
                    text(lowest(start)),
                    text(untilChangeOver(start)));
        }
        out.printf(
                "full speed: %.2f GB/s; 80 %% within %d s: %s; never below JCE of the same age (%.1f of it): %s%n",
                fullSpeed,
                SECONDS_TO_BE_FAST,
                count(this::isFastInTime),
                NOT_BELOW,
                count(start -> lowest(start) >= NOT_BELOW));
    }

    /**
     * The rates in each second and in each slice, and for Culvert the figures of the table.
     *
     * @param facts the machine
     */
    Run run(Map<String, String> facts) {
        Map<String, String> all = new LinkedHashMap<>(facts);
        all.put("80 % of full speed within " + SECONDS_TO_BE_FAST + " s", count(this::isFastInTime));
        all.put("never below " + NOT_BELOW + " of JCE", count(start -> lowest(start) >= NOT_BELOW));
        List<Series> series = new ArrayList<>();
        for (int i = 0; i < jceRates.length / Start.SLICES_A_SECOND; i++) {
            int second = i;
            both(series, "second " + (second + 1), "rate", start -> start.second(second));
        }
        for (int i = 0; i < jceRates.length; i++) {
            int slice = i;
            both(series, "until " + inSeconds(OptionalInt.of(slice)) + " s", "slice", start -> start.rate(slice));
        }
        add(series, "change-over", "s", false, Start::isChanged, start -> start.changeOver() / 1e3);
        add(
                series,
                "80 % of full speed",
                "s",
                false,
                start -> start.firstAt(FAST * fullSpeed).isPresent(),
                start -> seconds(start.firstAt(FAST * fullSpeed).orElseThrow()));
        add(series, "lowest rate until then", "of JCE's", true, start -> true, this::lowest);
        add(series, "sealed until then", "of JCE's", true, start -> true, this::untilChangeOver);
        return new Run("aead-starts", all, Map.of(), series);
    }

    private void both(List<Series> series, String test, String metric, ToDoubleFunction<Start> rate) {
        series.add(new Series(test, "culvert", metric, "GB/s", true, samples(culvert, rate)));
        series.add(new Series(test, "jce", metric, "GB/s", true, samples(jce, rate)));
    }

    private void add(
            List<Series> series,
            String metric,
            String unit,
            boolean higherIsBetter,
            Predicate<Start> isKnown,
            ToDoubleFunction<Start> figure) {
        List<Start> known = culvert.stream().filter(isKnown).toList();
        if (!known.isEmpty()) {
            series.add(new Series("start", "culvert", metric, unit, higherIsBetter, samples(known, figure)));
        }
    }

    private boolean isFastInTime(Start start) {
        OptionalInt first = start.firstAt(FAST * fullSpeed);
        return first.isPresent() && seconds(first.getAsInt()) <= SECONDS_TO_BE_FAST;
    }

    /** The lowest rate before the change-over as a share of JCE's in the same slice; 1 if neither had begun. */
    private double lowest(Start start) {
        return IntStream.range(0, start.slicesBefore())
                .filter(slice -> jceRates[slice] > 0)
                .mapToDouble(slice -> start.rate(slice) / jceRates[slice])
                .min()
                .orElse(1);
    }

    /** The bytes sealed before the change-over as a share of JCE's up to the same age; 1 if neither had begun. */
    private double untilChangeOver(Start start) {
        double own = 0;
        double others = 0;
        for (int slice = 0; slice < start.slicesBefore(); slice++) {
            own += start.rate(slice);
            others += jceRates[slice];
        }
        return others == 0 ? 1 : own / others;
    }

    private String count(Predicate<Start> good) {
        return culvert.stream().filter(good).count() + " of " + culvert.size();
    }

    private static double seconds(int slice) {
        return (slice + 1.0) / Start.SLICES_A_SECOND;
    }

    private static String inSeconds(OptionalInt slice) {
        return slice.isEmpty() ? "-" : "%.1f".formatted(seconds(slice.getAsInt()));
    }

    private static String text(double figure) {
        return "%.2f".formatted(figure);
    }

    private static List<Double> samples(List<Start> starts, ToDoubleFunction<Start> figure) {
        return starts.stream().map(figure::applyAsDouble).toList();
    }

    private static double median(List<Start> starts, ToDoubleFunction<Start> figure) {
        return Series.median(starts.stream().mapToDouble(figure).toArray());
    }
}

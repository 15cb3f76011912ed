// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Paint;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.labels.StandardCategoryItemLabelGenerator;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.category.CategoryDataset;
import org.jfree.data.category.DefaultCategoryDataset;

/** Culvert's ratio to the best peer by test: right of 1 it is ahead, left of 1 behind. */
final class RatioPlot {
    private static final int ROW = 26;
    private static final int AXIS = 46;
    private static final int WIDTH = 350;
    /** Bars of larger ratios end here; their labels have the true ratio. */
    private static final double FURTHEST = 16;
    /** Space for the labels after the bars, as a share of the logarithmic axis. */
    private static final double LABEL_SHARE = 0.35;
    /** So many labels have room under the axis. */
    private static final int MOST_TICKS = 8;

    private RatioPlot() {}

    /** A plot of at least one comparison, each with an advantage; the title may be empty. */
    static Drawing of(String title, List<Comparison> comparisons) {
        String description = "Bar chart of Culvert's medians against the best peer's, more is better: "
                + comparisons.stream().map(RatioPlot::inWords).collect(Collectors.joining(", "));
        return new Drawing(WIDTH, AXIS + Charts.heightOf(title) + ROW * comparisons.size(), description, palette -> {
            CategoryAxis names = Charts.names(palette);
            names.setMaximumCategoryLabelWidthRatio(0.42f);
            CategoryPlot plot = Charts.horizontalPlot(names, axis(comparisons, palette), palette);
            DefaultCategoryDataset dataset = new DefaultCategoryDataset();
            Category.of(comparisons.stream().map(RatioPlot::label).toList())
                    .forEach(label -> dataset.addValue(drawn(comparisons.get(label.place())), "advantage", label));
            plot.setDataset(dataset);
            plot.setRenderer(bars(comparisons, palette));
            plot.addRangeMarker(new ValueMarker(1, palette.text(), new BasicStroke(1.5f)));
            return Charts.chart(title, plot, palette);
        });
    }

    private static String label(Comparison comparison) {
        return Labels.test(comparison.test());
    }

    private static String inWords(Comparison comparison) {
        return label(comparison) + " " + Labels.times(comparison.advantage());
    }

    private static double drawn(Comparison comparison) {
        return Math.clamp(comparison.advantage().orElseThrow(), 1 / FURTHEST, FURTHEST);
    }

    private static LogAxis axis(List<Comparison> comparisons, Palette palette) {
        double least = comparisons.stream().mapToDouble(RatioPlot::drawn).min().orElseThrow();
        double most = comparisons.stream().mapToDouble(RatioPlot::drawn).max().orElseThrow();
        double begin = Math.min(0.5, least / 1.1);
        // Labels stand to the right of their bars, and of 1.
        double end = Math.max(2, most) * Math.pow(Math.max(2, most) / begin, LABEL_SHARE);
        LogAxis axis = new LogAxis("times as good as the best peer");
        axis.setBase(2);
        axis.setRange(begin, end);
        axis.setTickUnit(new NumberTickUnit(Math.ceil(Math.log(end / begin) / Math.log(2) / MOST_TICKS)));
        axis.setNumberFormatOverride(new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)));
        return Charts.plain(axis, palette);
    }

    private static BarRenderer bars(List<Comparison> comparisons, Palette palette) {
        BarRenderer bars = new BarRenderer() {
            private static final long serialVersionUID = 1;

            @Override
            public Paint getItemPaint(int row, int column) {
                return color(comparisons.get(column).outcome().orElseThrow(), palette);
            }
        };
        bars.setBase(1);
        bars.setIncludeBaseInRange(false);
        bars.setBarPainter(new StandardBarPainter());
        bars.setShadowVisible(false);
        bars.setDefaultItemLabelGenerator(new StandardCategoryItemLabelGenerator() {
            private static final long serialVersionUID = 1;

            @Override
            public String generateLabel(CategoryDataset dataset, int row, int column) {
                return Labels.times(comparisons.get(column).advantage());
            }
        });
        bars.setDefaultItemLabelsVisible(true);
        bars.setDefaultItemLabelFont(Charts.FONT);
        bars.setDefaultItemLabelPaint(palette.text());
        bars.setDefaultPositiveItemLabelPosition(
                new ItemLabelPosition(ItemLabelAnchor.OUTSIDE3, TextAnchor.CENTER_LEFT));
        return bars;
    }

    private static Color color(Outcome outcome, Palette palette) {
        return switch (outcome) {
            case AHEAD -> palette.culvert();
            case LEVEL -> palette.peer();
            case BEHIND -> palette.behind();
        };
    }
}

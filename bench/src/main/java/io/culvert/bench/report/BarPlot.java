// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Series;
import java.awt.Paint;
import java.util.List;
import java.util.stream.Collectors;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.labels.StandardCategoryItemLabelGenerator;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.CombinedDomainCategoryPlot;
import org.jfree.chart.plot.DatasetRenderingOrder;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.IntervalBarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.category.CategoryDataset;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jfree.data.category.DefaultIntervalCategoryDataset;

/** Bars of medians by implementation, with thin lines from the smallest to the largest sample. */
final class BarPlot {
    private static final int ROW = 24;
    private static final int AXIS = 34;
    private static final int WIDTH = 350;
    private static final int PANEL_NAMES = 170;
    private static final int PANEL = 230;
    private static final int LABEL = 22;
    private static final double LINE_SHARE = 0.012;

    private BarPlot() {}

    /** A plot of one comparison, the best first. */
    static Drawing of(Comparison comparison) {
        List<Category> names = Category.of(
                comparison.ranked().stream().map(Series::implementation).toList());
        String description = "Bar chart of medians in %s, %s is better: %s"
                .formatted(
                        Labels.unit(comparison.unit()),
                        comparison.higherIsBetter() ? "more" : "less",
                        Charts.inWords(comparison.ranked()));
        return new Drawing(WIDTH, AXIS + ROW * names.size(), description, palette -> {
            CategoryPlot plot = plot(names(names, palette), comparison, names, palette);
            return Charts.chart("", plot, palette);
        });
    }

    /** A panel for each of at least one comparison, with the implementations of all. The title may be empty. */
    static Drawing panels(String title, List<Comparison> comparisons) {
        List<Category> names = Category.of(comparisons.stream()
                .flatMap(one -> one.ranked().stream())
                .map(Series::implementation)
                .distinct()
                .toList());
        int width = PANEL_NAMES + PANEL * comparisons.size();
        String description = comparisons.stream()
                .map(one -> Labels.test(one.test()) + ": " + Charts.inWords(one.ranked()))
                .collect(Collectors.joining("; "));
        return new Drawing(width, LABEL + AXIS + Charts.heightOf(title) + ROW * names.size(), description, palette -> {
            CategoryAxis axis = names(names, palette);
            axis.setMaximumCategoryLabelWidthRatio((float) PANEL_NAMES / PANEL / comparisons.size());
            CombinedDomainCategoryPlot all = new CombinedDomainCategoryPlot(axis);
            all.setOrientation(PlotOrientation.HORIZONTAL);
            all.setGap(14);
            for (Comparison comparison : comparisons) {
                CategoryPlot plot = plot(null, comparison, names, palette);
                plot.getRangeAxis().setLabel(Labels.test(comparison.test()));
                all.add(plot);
            }
            return Charts.chart(title, all, palette);
        });
    }

    private static CategoryAxis names(List<Category> names, Palette palette) {
        CategoryAxis axis = Charts.names(palette);
        names.stream()
                .filter(name -> Role.of(name.name()) == Role.CULVERT)
                .forEach(name -> axis.setTickLabelFont(name, Charts.BOLD));
        return axis;
    }

    private static CategoryPlot plot(CategoryAxis axis, Comparison comparison, List<Category> names, Palette palette) {
        CategoryPlot plot = Charts.horizontalPlot(axis, Charts.values(palette), palette);
        DefaultCategoryDataset medians = new DefaultCategoryDataset();
        Series[] series = new Series[names.size()];
        for (Category name : names) {
            Series one = comparison.ranked().stream()
                    .filter(each -> each.implementation().equals(name.name()))
                    .findFirst()
                    .orElse(null);
            series[name.place()] = one;
            medians.addValue(one == null ? null : one.median(), "median", name);
        }
        plot.setDataset(0, medians);
        plot.setRenderer(0, bars(names, palette));
        plot.setDataset(1, ranges(names, series));
        plot.setRenderer(1, rangeLines(series, palette));
        plot.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
        return plot;
    }

    private static BarRenderer bars(List<Category> names, Palette palette) {
        BarRenderer bars = new BarRenderer() {
            private static final long serialVersionUID = 1;

            @Override
            public Paint getItemPaint(int row, int column) {
                return Charts.color(names.get(column).name(), palette);
            }
        };
        bars.setBarPainter(new StandardBarPainter());
        bars.setShadowVisible(false);
        return bars;
    }

    private static DefaultIntervalCategoryDataset ranges(List<Category> names, Series[] series) {
        Number[][] smallest = new Number[1][series.length];
        Number[][] largest = new Number[1][series.length];
        for (int i = 0; i < series.length; i++) {
            smallest[0][i] = series[i] == null ? null : series[i].min();
            largest[0][i] = series[i] == null ? null : series[i].max();
        }
        return new DefaultIntervalCategoryDataset(
                new Comparable<?>[] {"range"}, names.toArray(Comparable<?>[]::new), smallest, largest);
    }

    /** The labels with the medians are at the ends of the ranges, where nothing covers them. */
    private static IntervalBarRenderer rangeLines(Series[] series, Palette palette) {
        IntervalBarRenderer lines = new IntervalBarRenderer();
        lines.setBarPainter(new StandardBarPainter());
        lines.setShadowVisible(false);
        lines.setMaximumBarWidth(LINE_SHARE);
        lines.setSeriesPaint(0, palette.text());
        lines.setDefaultItemLabelGenerator(new StandardCategoryItemLabelGenerator() {
            private static final long serialVersionUID = 1;

            @Override
            public String generateLabel(CategoryDataset dataset, int row, int column) {
                return Labels.number(series[column].median());
            }
        });
        lines.setDefaultItemLabelsVisible(true);
        lines.setDefaultItemLabelFont(Charts.FONT);
        lines.setDefaultItemLabelPaint(palette.text());
        lines.setDefaultPositiveItemLabelPosition(
                new ItemLabelPosition(ItemLabelAnchor.OUTSIDE3, TextAnchor.CENTER_LEFT));
        return lines;
    }
}

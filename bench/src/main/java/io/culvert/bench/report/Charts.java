// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import io.culvert.bench.result.Series;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.Plot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.RectangleInsets;

/** Fonts, axes and plot styles common to all charts. */
final class Charts {
    static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    static final Font BOLD = FONT.deriveFont(Font.BOLD);

    private static final int TITLE = 32;

    private Charts() {}

    /** A chart of this plot, with a title unless that is empty. */
    static JFreeChart chart(String title, Plot plot, Palette palette) {
        plot.setBackgroundPaint(null);
        plot.setOutlineVisible(false);
        plot.setInsets(new RectangleInsets(2, 2, 2, 2));
        JFreeChart chart = new JFreeChart(null, FONT, plot, false);
        chart.setPadding(RectangleInsets.ZERO_INSETS);
        if (!title.isEmpty()) {
            TextTitle text = new TextTitle(title, BOLD.deriveFont(14f));
            text.setPaint(palette.text());
            text.setHorizontalAlignment(HorizontalAlignment.LEFT);
            text.setPadding(6, 8, 8, 8);
            chart.setTitle(text);
        }
        return chart;
    }

    /** The height of a chart's title in pixels; 0 if it is empty. */
    static int heightOf(String title) {
        return title.isEmpty() ? 0 : TITLE;
    }

    /** A horizontal plot: categories from top to bottom, values from left to right. */
    static CategoryPlot horizontalPlot(CategoryAxis names, ValueAxis values, Palette palette) {
        CategoryPlot plot = new CategoryPlot(null, names, values, null);
        plot.setOrientation(PlotOrientation.HORIZONTAL);
        plot.setRangeAxisLocation(AxisLocation.BOTTOM_OR_RIGHT);
        plot.setRangeGridlinePaint(palette.grid());
        plot.setRangeGridlineStroke(new BasicStroke(1));
        plot.setBackgroundPaint(null);
        plot.setOutlineVisible(false);
        return plot;
    }

    /** An axis of names. */
    static CategoryAxis names(Palette palette) {
        CategoryAxis axis = new CategoryAxis();
        axis.setTickLabelFont(FONT);
        axis.setTickLabelPaint(palette.text());
        axis.setAxisLineVisible(false);
        axis.setTickMarksVisible(false);
        axis.setMaximumCategoryLabelWidthRatio(0.45f);
        axis.setLowerMargin(0.02);
        axis.setUpperMargin(0.02);
        axis.setCategoryMargin(0.25);
        return axis;
    }

    /** An axis of numbers from zero, with space for a label after the longest bar. */
    static NumberAxis values(Palette palette) {
        NumberAxis axis = new NumberAxis();
        axis.setUpperMargin(0.28);
        axis.setAutoRangeIncludesZero(true);
        axis.setNumberFormatOverride(new DecimalFormat("#,##0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)));
        return plain(axis, palette);
    }

    /** The axis without a line and tick marks. */
    static <A extends ValueAxis> A plain(A axis, Palette palette) {
        axis.setTickLabelFont(FONT);
        axis.setTickLabelPaint(palette.text());
        axis.setLabelFont(FONT);
        axis.setLabelPaint(palette.text());
        axis.setAxisLineVisible(false);
        axis.setTickMarksVisible(false);
        return axis;
    }

    /** The colour of an implementation. */
    static Color color(String implementation, Palette palette) {
        return switch (Role.of(implementation)) {
            case CULVERT -> palette.culvert();
            case PEER -> palette.peer();
            case NO_CRYPTO -> palette.noCrypto();
        };
    }

    /** Medians as text: culvert 5.81, tailscale 3.72. */
    static String inWords(List<Series> series) {
        return String.join(
                ", ",
                series.stream()
                        .map(one -> Labels.clean(one.implementation()) + " " + Labels.number(one.median()))
                        .toList());
    }
}

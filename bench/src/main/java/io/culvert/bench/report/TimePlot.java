// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import java.awt.BasicStroke;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.text.DateFormat;
import java.text.SimpleDateFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TimeZone;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.DateAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.data.time.FixedMillisecond;
import org.jfree.data.time.TimeSeries;
import org.jfree.data.time.TimeSeriesCollection;

/** A line chart over the times of runs, with a colour and a mark for each line. */
final class TimePlot {
    /** The number of lines that readers can tell apart. */
    static final int MOST_LINES = 6;

    /** The longest name that fits the legend. */
    private static final int MOST_CHARACTERS = 42;

    private static final Duration FEW_DAYS = Duration.ofDays(3);

    private static final int WIDTH = 350;
    private static final int HEIGHT = 250;
    private static final int LEGEND_ROW = 20;
    private static final Shape[] MARKS = {
        new Ellipse2D.Double(-4, -4, 8, 8),
        new Rectangle2D.Double(-3.5, -3.5, 7, 7),
        polygon(0, -5, 5, 4, -5, 4),
        polygon(0, -5.5, 5.5, 0, 0, 5.5, -5.5, 0),
        polygon(-5, -4, 5, -4, 0, 5),
        polygon(-5, -2, 5, -2, 5, 2, -5, 2)
    };

    private TimePlot() {}

    /** A plot of at most {@link #MOST_LINES} lines by name, each with at least one value. */
    static Drawing of(String what, Map<String, SortedMap<Instant, Double>> lines) {
        StringBuilder description =
                new StringBuilder("Line chart of ").append(what).append(" over the runs");
        lines.forEach((name, values) -> description
                .append(description.indexOf(":") < 0 ? ": " : "; ")
                .append(Labels.clean(name))
                .append(' ')
                .append(String.join(
                        ", ", values.values().stream().map(Labels::number).toList())));
        return new Drawing(
                WIDTH, HEIGHT + LEGEND_ROW * lines.size(), description.toString(), palette -> chart(lines, palette));
    }

    /** With the date, and the time of day if all runs are of few days. */
    private static DateFormat format(Map<String, SortedMap<Instant, Double>> lines) {
        Instant first = lines.values().stream()
                .map(SortedMap::firstKey)
                .min(Instant::compareTo)
                .orElseThrow();
        Instant last = lines.values().stream()
                .map(SortedMap::lastKey)
                .max(Instant::compareTo)
                .orElseThrow();
        boolean days = Duration.between(first, last).compareTo(FEW_DAYS) > 0;
        DateFormat format = new SimpleDateFormat(days ? "yyyy-MM-dd" : "MM-dd HH:mm", Locale.ROOT);
        format.setTimeZone(TimeZone.getTimeZone("UTC"));
        return format;
    }

    private static JFreeChart chart(Map<String, SortedMap<Instant, Double>> lines, Palette palette) {
        TimeSeriesCollection dataset = new TimeSeriesCollection(TimeZone.getTimeZone("UTC"));
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, true);
        lines.forEach((name, values) -> {
            int place = dataset.getSeriesCount();
            TimeSeries series = new TimeSeries(new Category(place, shortened(name)));
            values.forEach((time, value) -> series.addOrUpdate(new FixedMillisecond(Date.from(time)), value));
            dataset.addSeries(series);
            renderer.setSeriesPaint(place, palette.lines().get(place));
            renderer.setSeriesShape(place, MARKS[place]);
            renderer.setSeriesStroke(place, new BasicStroke(2));
        });
        DateAxis times = Charts.plain(new DateAxis(null, TimeZone.getTimeZone("UTC"), Locale.ROOT), palette);
        times.setDateFormatOverride(format(lines));
        NumberAxis values = Charts.values(palette);
        values.setUpperMargin(0.1);
        XYPlot plot = new XYPlot(dataset, times, values, renderer);
        plot.setRangeGridlinePaint(palette.grid());
        plot.setRangeGridlineStroke(new BasicStroke(1));
        plot.setDomainGridlinesVisible(false);
        JFreeChart chart = Charts.chart("", plot, palette);
        LegendTitle legend = new LegendTitle(plot);
        legend.setPosition(RectangleEdge.BOTTOM);
        legend.setItemFont(Charts.FONT);
        legend.setItemPaint(palette.text());
        chart.addSubtitle(legend);
        return chart;
    }

    private static String shortened(String name) {
        return name.length() <= MOST_CHARACTERS ? name : name.substring(0, MOST_CHARACTERS - 1) + "\u2026";
    }

    private static Shape polygon(double... points) {
        Path2D path = new Path2D.Double();
        path.moveTo(points[0], points[1]);
        for (int i = 2; i < points.length; i += 2) {
            path.lineTo(points[i], points[i + 1]);
        }
        path.closePath();
        return path;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class PaletteTest {
    /** The contrasts that WCAG 2 demands at level AA of texts, and of meaningful graphics. */
    private static final double TEXT = 4.5;

    private static final double GRAPHICS = 3;

    @Test
    void contrastsWithItsBackground() {
        for (Palette palette : List.of(Palette.LIGHT, Palette.DARK)) {
            assertThat(contrast(palette.text(), palette.background())).isGreaterThan(TEXT);
            assertThat(palette.lines()).hasSize(TimePlot.MOST_LINES);
            assertThat(List.of(palette.culvert(), palette.behind(), palette.peer()))
                    .allMatch(color -> contrast(color, palette.background()) > GRAPHICS);
            assertThat(palette.lines()).allMatch(color -> contrast(color, palette.background()) > GRAPHICS);
        }
    }

    @Test
    void backgroundsEqualThoseOfThePage() throws IOException {
        try (InputStream style = Palette.class.getResourceAsStream("style.css")) {
            assertThat(new String(style.readAllBytes(), StandardCharsets.UTF_8))
                    .containsSubsequence("--card: " + hex(Palette.LIGHT), "--card: " + hex(Palette.DARK));
        }
    }

    private static String hex(Palette palette) {
        return "#%06x;".formatted(palette.background().getRGB() & 0xffffff);
    }

    private static double contrast(Color one, Color other) {
        double a = luminance(one);
        double b = luminance(other);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    private static double luminance(Color color) {
        double[] linear = DoubleStream.of(color.getRed(), color.getGreen(), color.getBlue())
                .map(value -> value / 255)
                .map(value -> value <= 0.03928 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4))
                .toArray();
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import java.awt.Color;
import java.util.Arrays;
import java.util.List;

/**
 * The colours of plots for one of the page's two colour schemes (see {@code style.css}).
 *
 * @param background of PNG plots; plots on the page are transparent
 * @param text of words and numbers
 * @param grid of grid lines
 * @param culvert of Culvert, and of ratios where it is ahead
 * @param behind of ratios where Culvert is behind
 * @param peer of peers, and of ratios where neither is ahead
 * @param noCrypto of the no-crypto baseline
 * @param lines of line charts, whose lines also have different marks
 */
record Palette(
        Color background,
        Color text,
        Color grid,
        Color culvert,
        Color behind,
        Color peer,
        Color noCrypto,
        List<Color> lines) {
    static final Palette LIGHT = new Palette(
            new Color(0xffffff),
            new Color(0x1d2a30),
            new Color(0xd5dcdf),
            new Color(0x0b6e8a),
            new Color(0xb4500f),
            new Color(0x7a878d),
            new Color(0xcdd5d9),
            colors(0x0b6e8a, 0xb4500f, 0x6b4fa0, 0x3d7a1f, 0xa8326b, 0x5b676c));
    static final Palette DARK = new Palette(
            new Color(0x172125),
            new Color(0xe3eaec),
            new Color(0x37444a),
            new Color(0x4fc0de),
            new Color(0xf2a065),
            new Color(0x7d8b91),
            new Color(0x47555b),
            colors(0x4fc0de, 0xf2a065, 0xb9a3ea, 0x93cf74, 0xee8fbb, 0xa9b5ba));

    private static List<Color> colors(int... values) {
        return Arrays.stream(values).mapToObj(Color::new).toList();
    }
}

package io.culvert.bench.report;

import java.awt.Color;
import java.util.Arrays;
import java.util.List;

/**
 * The colours of plots on one of the page's two backgrounds, which are the page's own (see {@code style.css}).
 *
 * @param background for plots that stand alone; on the page they are transparent
 * @param text for words and numbers
 * @param grid for lines that only guide the eye
 * @param culvert for Culvert, and for where it is ahead
 * @param behind for where it is behind
 * @param peer for everybody else, and for where nobody is ahead
 * @param floor for what is no peer
 * @param lines for lines that are told apart also by their marks
 */
record Palette(
        Color background,
        Color text,
        Color grid,
        Color culvert,
        Color behind,
        Color peer,
        Color floor,
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

// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

/**
 * A plot in the page.
 *
 * @param caption above it
 * @param alt its alternative text
 * @param light data URL of the image for light backgrounds
 * @param dark data URL of the image for dark backgrounds
 * @param width in pixels
 * @param height in pixels
 */
record Picture(String caption, String alt, String light, String dark, int width, int height) {
    static Picture of(String caption, Drawing drawing) {
        return new Picture(
                caption,
                drawing.description(),
                drawing.svg(Palette.LIGHT),
                drawing.svg(Palette.DARK),
                drawing.width(),
                drawing.height());
    }
}

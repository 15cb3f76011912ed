package io.culvert.bench.report;

/**
 * A plot as the page holds it.
 *
 * @param caption above it
 * @param alt what it shows, in words and numbers
 * @param light address of the image for light backgrounds
 * @param dark address of the image for dark backgrounds
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

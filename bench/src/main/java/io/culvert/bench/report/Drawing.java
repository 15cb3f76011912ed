// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.function.Function;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.w3c.dom.Element;

/**
 * A plot that can be drawn in either palette, as SVG and as PNG.
 *
 * @param width in pixels
 * @param height in pixels
 * @param description what it shows, in words and numbers, for screen readers
 * @param chart makes a chart for a palette; each drawing needs a new one
 */
record Drawing(int width, int height, String description, Function<Palette, JFreeChart> chart) {
    private static final String SVG = "http://www.w3.org/2000/svg";
    /** For screens with two device pixels per CSS pixel. */
    private static final int PNG_SCALE = 2;

    /** The plot as a data URL of an SVG image with a transparent background. */
    String svg(Palette palette) {
        try {
            SVGGraphics2D graphics = new SVGGraphics2D(DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument(SVG, "svg", null));
            graphics.setSVGCanvasSize(new Dimension(width, height));
            draw(graphics, palette);
            Element root = graphics.getRoot();
            root.setAttribute("viewBox", "0 0 " + width + " " + height);
            Transformer transformer = TransformerFactory.newInstance().newTransformer();
            transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            StringWriter text = new StringWriter();
            transformer.transform(new DOMSource(root), new StreamResult(text));
            return "data:image/svg+xml;base64,"
                    + Base64.getEncoder().encodeToString(text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (ParserConfigurationException | TransformerException e) {
            throw new IllegalStateException("internal error: cannot write SVG", e);
        }
    }

    /** Writes the plot as PNG at twice its size, on the palette's background. */
    void png(Palette palette, Path file) throws IOException {
        BufferedImage image = new BufferedImage(width * PNG_SCALE, height * PNG_SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(palette.background());
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.scale(PNG_SCALE, PNG_SCALE);
        draw(graphics, palette);
        graphics.dispose();
        try (OutputStream out = Files.newOutputStream(file)) {
            ImageIO.write(image, "png", out);
        }
    }

    private void draw(Graphics2D graphics, Palette palette) {
        JFreeChart made = chart.apply(palette);
        made.setBackgroundPaint(new Color(0, true));
        made.draw(graphics, new Rectangle2D.Double(0, 0, width, height));
    }
}

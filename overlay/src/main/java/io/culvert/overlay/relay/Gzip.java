// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** The content coding of answers (RFC 9110, 8.4.1.3): signed records shrink to less than a third. */
final class Gzip {
    static final String NAME = "gzip";

    private Gzip() {}

    /** Whether the reader of an answer takes this coding. Weights are not looked at: our clients send none. */
    static boolean isTaken(List<String> acceptEncoding) {
        return acceptEncoding != null && acceptEncoding.contains(NAME);
    }

    static byte[] compress(byte[] bytes) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream out = new Fast(compressed)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return compressed.toByteArray();
    }

    /**
     * Expands what a relay sent.
     *
     * @param most a relay need not be trusted: a few bytes may stand for gigabytes
     * @throws IOException if the bytes are not of this coding, or stand for more than {@code most}
     */
    static byte[] expand(byte[] compressed, int most) throws IOException {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new IOException("it expands to more than " + most + " bytes");
            }
            return bytes;
        }
    }

    /** The fastest level: better ones make a page a twentieth smaller, and take up to four times as long. */
    private static final class Fast extends GZIPOutputStream {
        Fast(OutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}

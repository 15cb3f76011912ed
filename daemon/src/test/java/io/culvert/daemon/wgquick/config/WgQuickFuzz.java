// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;

/**
 * Any bytes as a wg-quick file: it is refused with file and line, or means the same when it is written and read again.
 */
public final class WgQuickFuzz {
    private WgQuickFuzz() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        try (TunnelConfig config = parse(input)) {
            String text = text(config);
            try (TunnelConfig again = parse(text.getBytes(StandardCharsets.UTF_8))) {
                if (!text(again).equals(text)) {
                    throw new AssertionError(text + "\nis read as\n" + text(again));
                }
            } catch (ConfigException e) {
                throw new AssertionError(text + "\nis refused", e);
            }
        } catch (ConfigException e) {
            if (!e.getMessage().startsWith("wg0.conf:")) {
                throw new AssertionError("the message does not name the file", e);
            }
        }
    }

    private static TunnelConfig parse(byte[] bytes) throws ConfigException {
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        return ConfigParser.parse("wg0.conf", direct).config();
    }

    private static String text(TunnelConfig config) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ConfigWriter.write(config, Channels.newChannel(bytes));
        return bytes.toString(StandardCharsets.UTF_8);
    }
}

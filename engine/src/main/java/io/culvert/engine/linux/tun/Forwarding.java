// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a network namespace forwards packets between its interfaces (sysctl {@code forwarding}). */
final class Forwarding {
    private static final Path[] FAMILIES = {
        Path.of("/proc/sys/net/ipv4/conf"), Path.of("/proc/sys/net/ipv6/conf"),
    };

    private Forwarding() {}

    /**
     * Whether any interface in the calling thread's network namespace forwards IPv4 or IPv6 packets; {@code true} if
     * that cannot be read.
     */
    static boolean isOn() {
        for (Path family : FAMILIES) {
            if (Files.isDirectory(family) && isOn(family)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOn(Path family) {
        try (DirectoryStream<Path> interfaces = Files.newDirectoryStream(family)) {
            for (Path each : interfaces) {
                if (!Files.readString(each.resolve("forwarding")).startsWith("0")) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            // Also when an interface was removed meanwhile; the next notification reads again.
            return true;
        }
    }
}

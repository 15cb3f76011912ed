// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.culvert.daemon.uapi.AddressText;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/** Where metrics are served: on a TCP port, or on a Unix socket. */
public sealed interface MetricsAddress {
    /** What is expected, for messages. */
    String EXPECTED = "expected an address and a port, such as 127.0.0.1:9586, [::1]:9586, localhost:9586 or :9586, "
            + "or a Unix socket, such as unix:/run/culvert/metrics.sock";

    /** A TCP port. */
    record Tcp(InetSocketAddress address) implements MetricsAddress {
        @Override
        public String toString() {
            String text = address.toString();
            return "http://" + text.substring(text.indexOf('/') + 1) + Answers.METRICS;
        }
    }

    /** A Unix socket. */
    record Unix(Path file) implements MetricsAddress {
        @Override
        public String toString() {
            return "unix:" + file;
        }
    }

    /**
     * Parses a numeric address, a host's name or nothing, which stands for all addresses, and a port; or the absolute
     * path of a Unix socket, which may follow {@code unix:}. Empty if it is neither.
     */
    static Optional<MetricsAddress> parse(String text) {
        String path = text.startsWith("unix:") ? text.substring("unix:".length()) : text;
        if (path.startsWith("/")) {
            return path.endsWith("/") || path.indexOf('\0') >= 0
                    ? Optional.empty()
                    : Optional.of(new Unix(Path.of(path)));
        }
        InetSocketAddress address = AddressText.endpoint(text);
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, Math.max(colon, 0));
        int port = colon < 0 ? -1 : (int) AddressText.decimal(text.substring(colon + 1), 65_535);
        if (address == null && port > 0 && host.isEmpty()) {
            address = new InetSocketAddress(port);
        } else if (address == null && port > 0 && host.matches("[A-Za-z0-9.-]*[A-Za-z][A-Za-z0-9.-]*")) {
            // A name of the domain name system (RFC 1123); a numeric address has no letter.
            address = new InetSocketAddress(host, port);
        }
        return address == null || address.isUnresolved() ? Optional.empty() : Optional.of(new Tcp(address));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Tests that belong together, for {@code --suite}. */
public enum Suite {
    /** Traffic of the tunnel's own ends, start and memory. */
    ENDS(
            "start",
            "ramp",
            "tcp1",
            "tcp1r",
            "tcp8",
            "tcp8r",
            "tcp8bidir",
            "udp1g",
            "udpmax-1360",
            "udpmax-200",
            "ping",
            "ping-loaded",
            "memory",
            "handshakes",
            "tcp1@ipv6",
            "ping@ipv6",
            "tcp1@mtu9000",
            "tcp8@mtu9000",
            "tcp1@peers100",
            "start@peers10000",
            "tcp1@peers10000"),
    /** The start of a program, its first seconds, and its memory a minute later. */
    START("start", "first-seconds", "rest"),
    /** Traffic that the ends carry for others. */
    GATEWAY(
            "tcp1@gateway",
            "tcp8@gateway",
            "udp1g@gateway",
            "udpmax-1360@gateway",
            "ping-loaded@gateway",
            "tcp8@gateway6",
            "tcp8@gateway-nat",
            "udp1g@gateway-nat",
            "tcp1@vxlan",
            "tcp8@vxlan",
            "ping-loaded@vxlan"),
    /** Round trip times up to p99.9. */
    LATENCY("ping10ms", "ping200ms", "pingload", "echo60", "echo200", "echo1200"),
    /** Small and mixed packets, queries and calls. */
    PACKETS("small64", "small200", "imix", "dns50k", "voip1000", "imix@gateway", "dns50k@gateway", "voip1000@gateway"),
    /** Floods from spoofed addresses. */
    FLOOD("flood", "flood-data", "flood-garbage"),
    /** Many peers with traffic at once. */
    HUB("shares@hub64", "shares@hub64@peers10000"),
    /** Many peers without traffic. */
    SCALE("scale@peers10000", "scale@peers65000", "scale@peers1048576");

    private final List<String> tests;

    Suite(String... tests) {
        this.tests = List.of(tests);
    }

    /** The names of its tests. */
    public List<String> tests() {
        return tests;
    }

    /** Its name on the command line. */
    String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All names, for messages. */
    public static String titles() {
        return Arrays.stream(values()).map(Suite::title).collect(Collectors.joining(", "));
    }

    /**
     * Finds a suite.
     *
     * @throws IllegalArgumentException if the name is unknown
     */
    public static Suite of(String name) {
        return Arrays.stream(values())
                .filter(suite -> suite.title().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown suite \"" + name + "\"; known: " + titles()));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import java.util.List;

/** A load that iperf3 sends. */
enum Load {
    TCP_1("TCP, 1 stream", List.of()),
    TCP_8("TCP, 8 streams", List.of("-P", "8")),
    /** At a rate that every implementation can carry, so that loss is a finding. */
    UDP("UDP, 500 Mbit/s", List.of("-u", "-b", "500M", "-l", "1360"));

    private final String label;
    private final List<String> options;

    Load(String label, List<String> options) {
        this.label = label;
        this.options = options;
    }

    /** The options of iperf3's client. */
    List<String> options() {
        return options;
    }

    @Override
    public String toString() {
        return label;
    }
}

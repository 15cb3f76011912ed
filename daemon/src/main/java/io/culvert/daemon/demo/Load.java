package io.culvert.daemon.demo;

import java.util.List;

/** What iperf3 is asked to send. */
enum Load {
    TCP_1("TCP, 1 stream", List.of()),
    TCP_8("TCP, 8 streams", List.of("-P", "8")),
    /** A load that any end can carry, so that what is lost tells something. */
    UDP("UDP, 500 Mbit/s", List.of("-u", "-b", "500M", "-l", "1360"));

    private final String label;
    private final List<String> options;

    Load(String label, List<String> options) {
        this.label = label;
        this.options = options;
    }

    List<String> options() {
        return options;
    }

    boolean isUdp() {
        return this == UDP;
    }

    @Override
    public String toString() {
        return label;
    }
}

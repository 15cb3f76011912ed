// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

/** Suite T of the kernel's netns test, shortened. */
enum Traffic {
    PING_IPV4 {
        @Override
        void run(Tunnel tunnel) {
            Ping.flood(tunnel.secondSide(), Tunnel.FIRST_IPV4);
            Ping.flood(tunnel.firstSide(), Tunnel.SECOND_IPV4);
        }
    },
    PING_IPV6 {
        @Override
        void run(Tunnel tunnel) {
            Ping.flood(tunnel.secondSide(), Tunnel.FIRST_IPV6);
            Ping.flood(tunnel.firstSide(), Tunnel.SECOND_IPV6);
        }
    },
    TCP_IPV4 {
        @Override
        void run(Tunnel tunnel) {
            Iperf.tcp(tunnel.firstSide(), tunnel.secondSide(), Tunnel.SECOND_IPV4);
        }
    },
    TCP_IPV6 {
        @Override
        void run(Tunnel tunnel) {
            Iperf.tcp(tunnel.secondSide(), tunnel.firstSide(), Tunnel.FIRST_IPV6);
        }
    },
    UDP_IPV4 {
        @Override
        void run(Tunnel tunnel) {
            Iperf.sendUdp(tunnel.firstSide(), tunnel.secondSide(), Tunnel.SECOND_IPV4, UDP_MEBIBYTES);
        }
    },
    UDP_IPV6 {
        @Override
        void run(Tunnel tunnel) {
            Iperf.sendUdp(tunnel.secondSide(), tunnel.firstSide(), Tunnel.FIRST_IPV6, UDP_MEBIBYTES);
        }
    },
    TCP_PARALLEL {
        @Override
        void run(Tunnel tunnel) {
            String streams = Integer.toString(Math.max(2, Runtime.getRuntime().availableProcessors()));
            Iperf.tcp(tunnel.firstSide(), tunnel.secondSide(), Tunnel.SECOND_IPV4, "-P", streams);
        }
    };

    /** Tens of thousands of datagrams, which wrap every ring and queue around. */
    private static final int UDP_MEBIBYTES = 32;

    /** Sends it through the tunnel; fails the test if it does not arrive. */
    abstract void run(Tunnel tunnel);
}

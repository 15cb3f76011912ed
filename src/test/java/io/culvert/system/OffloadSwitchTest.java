// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Traffic passes both ways with each offload, or all of them, switched off at one end. The log reports which are off.
 */
@OnHost("iperf3")
class OffloadSwitchTest {
    private static final List<Traffic> BOTH_WAYS =
            List.of(Traffic.TCP_IPV4, Traffic.TCP_IPV6, Traffic.UDP_IPV4, Traffic.UDP_IPV6);

    private static Daemon start(Namespace namespace, String offloads) {
        Map<String, String> environment = Map.of("CULVERT_OFFLOADS", offloads, "LOG_LEVEL", "verbose");
        return Daemon.start(Program.CULVERT, namespace, Names.next(), environment);
    }

    @ParameterizedTest
    @CsvSource({
        "-tun-tso, TUN TCP segmentation",
        "-tun-uso, TUN UDP segmentation",
        "-tun-tunnel-tso, TUN VXLAN and Geneve segmentation",
        "-tun-segment-limit, TUN segment limit",
        "-tun-tcp-gro, TUN TCP coalescing",
        "-tun-udp-gro, TUN UDP coalescing",
        "-tun-vxlan-gro, TUN VXLAN and Geneve coalescing",
        "-udp-gso, UDP_SEGMENT",
        "-udp-gro, UDP_GRO",
        "-wakeup-coalescing, wake-up coalescing",
        "-all, UDP_GRO",
        "'-all,+udp-gso', UDP_GRO"
    })
    void trafficPassesBothWaysWithout(String offloads, String path) {
        try (Tunnel tunnel =
                Tunnel.create(namespace -> start(namespace, offloads), namespace -> start(namespace, ""))) {
            tunnel.configure();
            tunnel.connectIpv4();
            BOTH_WAYS.forEach(traffic -> traffic.run(tunnel));
            assertThat(tunnel.first().log()).containsPattern("\\Q" + path + "\\E.*: off \\(switched off\\)");
            assertThat(tunnel.second().log()).doesNotContain("switched off");
            if (offloads.endsWith("+udp-gso")) {
                assertThat(tunnel.first().log()).contains("UDP_SEGMENT: on");
            }
        }
    }
}

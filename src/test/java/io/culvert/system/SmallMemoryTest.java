// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** A container with as little memory as the guide asks for. */
@OnHost("iperf3")
class SmallMemoryTest {
    private static final int MEBIBYTES = 192;

    @Test
    void startsAndCarriesEightStreams() {
        try (MemoryCgroup cgroup = MemoryCgroup.create(MEBIBYTES);
                Tunnel tunnel = Tunnel.create(
                        namespace -> start(namespace, cgroup),
                        namespace -> Daemon.start(Program.WIREGUARD_GO, namespace))) {
            tunnel.configure();
            tunnel.connectIpv4();
            Iperf.tcp(tunnel.firstSide(), tunnel.secondSide(), Tunnel.SECOND_IPV4, "-P", "8");
            Iperf.tcp(tunnel.firstSide(), tunnel.secondSide(), Tunnel.SECOND_IPV4, "-P", "8", "-R");
            assertThat(tunnel.first().process().isAlive()).isTrue();
            assertThat(tunnel.first().log()).isEmpty();
            assertThat(cgroup.processes())
                    .as("it is the daemon's memory that is limited")
                    .contains(tunnel.first().process().pid());
            assertThat(cgroup.kills()).isZero();
        }
    }

    private static Daemon start(Namespace namespace, MemoryCgroup cgroup) {
        String device = Names.next();
        return Daemon.start(
                namespace,
                device,
                Map.of("CULVERT_WORKERS", "2"),
                "sh",
                "-c",
                "echo $$ >\"$0\" && exec \"$@\"",
                cgroup.joinFile().toString(),
                Program.CULVERT.command(),
                "-f",
                device);
    }
}

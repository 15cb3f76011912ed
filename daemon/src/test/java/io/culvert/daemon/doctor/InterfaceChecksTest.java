// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.status.InterfaceStatus;
import io.culvert.daemon.status.InterfaceStatus.Link;
import io.culvert.daemon.status.MetricsText;
import io.culvert.daemon.status.PeerStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InterfaceChecksTest {
    private final FakeHost host = new FakeHost();

    private static InterfaceStatus status(Link link, String endpoint, String... metrics) {
        PeerStatus peer = new PeerStatus("key", endpoint, List.of(), 0, 0, 0, 0);
        return new InterfaceStatus(
                "wg0", link, 51820, 0, List.of(peer), Optional.of(new MetricsText(List.of(metrics))), Optional.empty());
    }

    private Finding only(String name, InterfaceStatus status) {
        List<Finding> found = InterfaceChecks.of(host, status).stream()
                .filter(finding -> finding.name().equals(name))
                .toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    @Test
    void whatIsWantedIsComparedWithWhatIsThere() {
        InterfaceStatus well = status(
                Link.UP,
                "",
                "culvert_device_ready{reason=\"\"} 1",
                "culvert_listen_port{state=\"open\"} 51820",
                "culvert_aead_serving{implementation=\"vector-256\"} 1");
        assertThat(InterfaceChecks.of(host, well).stream()
                        .filter(finding -> finding.state() != State.OK)
                        .map(Finding::name))
                .containsExactly("MTU");
        InterfaceStatus taken = status(
                Link.UP,
                "",
                "culvert_device_ready{reason=\"port 51820 is taken\"} 0",
                "culvert_listen_port{state=\"open\"} 0",
                "culvert_shortfall{what=\"receive-buffer\",reason=\"refused\"} 1",
                "culvert_aead_serving{implementation=\"jce\"} 1",
                "culvert_io_uring_enabled{reason=\"forbidden\"} 0",
                "culvert_offload_enabled{offload=\"udp-gso\",reason=\"a bug\"} 0");
        assertThat(only("ready", taken).found()).isEqualTo("port 51820 is taken (port wanted: 51820, open: 0)");
        assertThat(only("ready", taken).state()).isEqualTo(State.WARN);
        assertThat(only("receive-buffer", taken).found()).isEqualTo("refused");
        assertThat(only("AEAD", taken).state()).isEqualTo(State.WARN);
        assertThat(only("io_uring", taken).found()).isEqualTo("off: forbidden");
        assertThat(only("udp-gso", taken).found()).isEqualTo("off: a bug");
    }

    @Test
    void opensslIsTheCipherOfArm64() {
        InterfaceStatus served = status(Link.UP, "", "culvert_aead_serving{implementation=\"openssl\"} 1");
        assertThat(only("AEAD", served).state()).isEqualTo(State.WARN);
        host.architecture = "aarch64";
        assertThat(only("AEAD", served).state()).isEqualTo(State.OK);
    }

    @Test
    void silenceIsAFailure() {
        InterfaceStatus silent = new InterfaceStatus(
                "wg0", Link.UP, 0, 0, List.of(), Optional.empty(), Optional.of("no answer within 3 s"));
        assertThat(only("answer", silent).state()).isEqualTo(State.FAIL);
        assertThat(only("answer", silent).found()).isEqualTo("no answer within 3 s");
    }

    @Test
    void mtuIsComparedWithTheRouteToEachEndpoint() {
        host.files.put("/sys/class/net/wg0/mtu", "1420");
        host.files.put("/sys/class/net/wg0/tx_queue_len", "500");
        host.routes.put("192.0.2.1", new Host.Route("eth0", 1480));
        host.routes.put("192.0.2.2", new Host.Route("eth0", 1479));
        host.routes.put("2001:db8:0:0:0:0:0:1", new Host.Route("eth0", 1499));
        assertThat(only("path to 192.0.2.1:1", status(Link.UP, "192.0.2.1:1")).state())
                .isEqualTo(State.OK);
        assertThat(only("path to 192.0.2.2:1", status(Link.UP, "192.0.2.2:1")).remedy())
                .isEqualTo("ip link set wg0 mtu 1419");
        assertThat(only("path to [2001:db8::1]:1", status(Link.UP, "[2001:db8::1]:1"))
                        .remedy())
                .isEqualTo("ip link set wg0 mtu 1419");
        assertThat(only("path to 192.0.2.9:1", status(Link.UP, "192.0.2.9:1")).found())
                .isEqualTo("no route: Network is unreachable");
        assertThat(only("txqueuelen", status(Link.UP, "")).state()).isEqualTo(State.WARN);
        assertThat(InterfaceChecks.of(host, status(Link.ELSEWHERE, "192.0.2.1:1")))
                .noneMatch(finding -> finding.name().startsWith("path"));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.culvert.daemon.status.InterfaceStatus.Link;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The text and the JSON of interfaces. */
class StatusOutputTest {
    private static final long NOW = 1_800_000_000L;
    private static final List<String> CONFIGURATION = List.of(
            "listen_port=51820",
            "fwmark=51820",
            "public_key=" + "00".repeat(32),
            "protocol_version=1",
            "endpoint=192.0.2.1:51820",
            "last_handshake_time_sec=" + (NOW - 12),
            "last_handshake_time_nsec=5",
            "tx_bytes=2048",
            "rx_bytes=1610612736",
            "persistent_keepalive_interval=25",
            "allowed_ip=10.0.0.0/8",
            "allowed_ip=2001:db8::/32",
            "public_key=" + "ff".repeat(32));
    private static final MetricsText METRICS = new MetricsText(List.of(
            "culvert_info{interface=\"wg0\",version=\"0.1.0\"} 1",
            "culvert_device_ready{reason=\"\"} 1.0",
            "culvert_listen_port{state=\"wanted\"} 51820.0",
            "culvert_listen_port{state=\"open\"} 51820.0",
            "culvert_aead_serving{implementation=\"jce\"} 0.0",
            "culvert_aead_serving{implementation=\"vector-256\"} 1.0",
            "culvert_io_uring_enabled{reason=\"switched off\"} 0.0",
            "culvert_offload_enabled{offload=\"tun-tso\",reason=\"\"} 1.0",
            "culvert_offload_enabled{offload=\"udp-gso\",reason=\"a known bug\"} 0.0",
            "culvert_shortfall{what=\"ipv6\",reason=\"the kernel has none\"} 1.0",
            "culvert_dropped_packets_total{worker=\"0\",cause=\"tx_no_peer\"} 3.0",
            "culvert_dropped_packets_total{worker=\"1\",cause=\"tx_no_peer\"} 4.0",
            "culvert_dropped_packets_total{worker=\"0\",cause=\"rx_replayed\"} 0.0",
            "culvert_tun_dropped_packets_total 9.0"));

    private static InterfaceStatus running() {
        return InterfaceStatus.of("wg0", Link.UP, CONFIGURATION, Optional.of(METRICS));
    }

    @Test
    void everythingIsInTheText() {
        assertThat(StatusText.of(List.of(running()), NOW)).isEqualTo("""
                wg0: up, ready, port 51820, 2 peers, culvert 0.1.0
                  cipher vector-256; I/O by plain system calls (switched off)
                  offloads: 1 of 2 on
                    udp-gso off: a known bug
                  without ipv6: the kernel has none
                  dropped packets: kernel_interface_queue 9, tx_no_peer 7
                  peer        endpoint         handshake  received  sent     state
                  AAAAAAAAAA  192.0.2.1:51820  12 s       1.5 GiB   2.0 KiB  session
                  //////////  -                never      0 B       0 B      never
                """);
    }

    @Test
    void otherProgramsShowTheirPeers() {
        InterfaceStatus other = InterfaceStatus.of("wg1", Link.ELSEWHERE, CONFIGURATION, Optional.empty());
        assertThat(StatusText.of(List.of(other), NOW + 3600)).isEqualTo("""
                wg1: not in this network namespace, ready, port 51820, 2 peers, another program
                  peer        endpoint         handshake  received  sent     state
                  AAAAAAAAAA  192.0.2.1:51820  60 min     1.5 GiB   2.0 KiB  idle
                  //////////  -                never      0 B       0 B      never
                """);
    }

    @Test
    void unreadyInterfacesSayWhy() {
        MetricsText down = new MetricsText(List.of(
                "culvert_device_ready{reason=\"the interface is down\"} 0.0",
                "culvert_listen_port{state=\"open\"} 0.0"));
        InterfaceStatus status = InterfaceStatus.of("wg0", Link.DOWN, List.of("listen_port=51820"), Optional.of(down));
        assertThat(StatusText.of(List.of(status), NOW))
                .startsWith("wg0: down, not ready (the interface is down), port closed (wanted: 51820), 0 peers")
                .contains("no peers");
        InterfaceStatus silent = InterfaceStatus.silent("wg0", Link.UP, "no answer within 3 s");
        assertThat(StatusText.of(List.of(silent), NOW)).isEqualTo("wg0: up, no answer: no answer within 3 s\n");
        assertThat(silent.unreadyReason()).contains("no answer within 3 s");
        assertThat(InterfaceStatus.of("wg0", Link.DOWN, List.of(), Optional.empty())
                        .unreadyReason())
                .contains("the interface is down");
    }

    @Test
    void controlCharactersDoNotReachTheTerminal() {
        InterfaceStatus hostile = InterfaceStatus.silent("wg\u001b[2J", Link.UP, "\u0007bell");
        assertThat(StatusText.of(List.of(hostile), NOW)).isEqualTo("wg?[2J: up, no answer: ?bell\n");
    }

    @Test
    void jsonHoldsTheSame() {
        JsonObject json =
                JsonParser.parseString(StatusJson.of(List.of(running()), NOW)).getAsJsonObject();
        JsonObject one = json.getAsJsonArray("interfaces").get(0).getAsJsonObject();
        assertThat(one.get("interface").getAsString()).isEqualTo("wg0");
        assertThat(one.get("ready").getAsBoolean()).isTrue();
        assertThat(one.get("reason").isJsonNull()).isTrue();
        assertThat(one.getAsJsonObject("port")).hasToString("{\"wanted\":51820,\"open\":51820}");
        assertThat(one.getAsJsonObject("dropped_packets"))
                .hasToString("{\"kernel_interface_queue\":9,\"tx_no_peer\":7}");
        assertThat(one.getAsJsonArray("offloads").get(1))
                .hasToString("{\"name\":\"udp-gso\",\"on\":false,\"reason\":\"a known bug\"}");
        JsonObject peer = one.getAsJsonArray("peers").get(0).getAsJsonObject();
        assertThat(peer.get("public_key").getAsString()).isEqualTo("A".repeat(43) + "=");
        assertThat(peer.get("received_bytes").getAsLong()).isEqualTo(1_610_612_736L);
        assertThat(peer.getAsJsonArray("allowed_ips")).hasToString("[\"10.0.0.0/8\",\"2001:db8::/32\"]");
        assertThat(peer.get("state").getAsString()).isEqualTo("session");
        assertThat(StatusJson.of(List.of(), NOW)).contains("\"interfaces\": []");
    }

    @Test
    void quantitiesAreShort() {
        assertThat(List.of(Units.bytes(0), Units.bytes(1023), Units.bytes(1024), Units.bytes(1e15)))
                .containsExactly("0 B", "1023 B", "1.0 KiB", "909 TiB");
        assertThat(List.of(Units.count(999), Units.count(12_345), Units.count(999_999)))
                .containsExactly("999", "12.3k", "1.0M");
        assertThat(List.of(Units.age(0, NOW), Units.age(NOW + 5, NOW), Units.age(NOW - 90_000, NOW)))
                .containsExactly("never", "0 s", "25 h");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.status.InterfaceStatus;
import io.culvert.daemon.status.InterfaceStatus.Link;
import io.culvert.daemon.status.MetricsText;
import io.culvert.daemon.status.PeerStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rates, and their text at any size. */
class ScreenTest {
    private static final long NOW = 1_800_000_000L;

    private static InterfaceStatus look(long received, long sent, int packets, int drops, double cpu) {
        MetricsText metrics = new MetricsText(List.of(
                "culvert_device_ready{reason=\"\"} 1",
                "culvert_received_packets_total{worker=\"0\"} " + packets,
                "culvert_sent_packets_total{worker=\"0\"} " + 2 * packets,
                "culvert_dropped_packets_total{worker=\"0\",cause=\"rx_replayed\"} " + drops,
                "culvert_worker_cpu_seconds_total{worker=\"10\"} 1",
                "culvert_worker_cpu_seconds_total{worker=\"9\"} " + cpu));
        return new InterfaceStatus(
                "wg0",
                Link.UP,
                51820,
                0,
                List.of(
                        new PeerStatus("quietpeer+", "", List.of(), 0, 0, 0, 0),
                        new PeerStatus("busypeer++more", "192.0.2.1:7", List.of(), NOW - 5, received, sent, 0)),
                Optional.of(metrics),
                Optional.empty());
    }

    private static List<Rates> rates() {
        return List.of(Rates.between(look(0, 0, 100, 1, 1), look(500_000_000, 250_000_000, 2100, 21, 2), 2));
    }

    @Test
    void ratesArePerSecondAndTheBusiestPeerIsFirst() {
        Rates rates = rates().getFirst();
        assertThat(rates.received()).isEqualTo(2e9);
        assertThat(rates.sent()).isEqualTo(1e9);
        assertThat(rates.receivedPackets()).hasValue(1000);
        assertThat(rates.drops()).containsOnly(java.util.Map.entry("rx_replayed", 10.0));
        assertThat(rates.workers()).containsExactly(java.util.Map.entry("9", 0.5), java.util.Map.entry("10", 0.0));
        assertThat(rates.peers().getFirst().status().publicKey()).startsWith("busypeer");
    }

    @Test
    void countersThatBeganAnewCountFromZero() {
        Rates rates = Rates.between(look(1_000_000, 0, 5000, 9, 9), look(500, 0, 100, 0, 1), 1);
        assertThat(rates.received()).isEqualTo(4000);
        assertThat(rates.receivedPackets()).hasValue(100);
    }

    @Test
    void everythingIsOnALargeScreen() {
        assertThat(Screen.lines(rates(), "", NOW, 60, 200))
                .containsExactly(
                        "culvert top: Gbit/s in 2.000 out 1.000  (q quits)",
                        "wg0: ready, Gbit/s in 2.000 out 1.000, packets/s in 1.0k out 2.0k, drops/s 10",
                        "  CPU by worker: 9 50 %, 10 0 %",
                        "  drops/s: rx_replayed 10",
                        "  peer        in Gbit/s  out Gbit/s  handshake  state    endpoint",
                        "  busypeer++  2.000      1.000       5 s        session  192.0.2.1:7",
                        "  quietpeer+  0.000      0.000       never      never");
    }

    @Test
    void linesFitEverySize() {
        for (int rows = 1; rows < 12; rows++) {
            for (int columns = 1; columns < 100; columns += 7) {
                int width = columns;
                assertThat(Screen.lines(rates(), "", NOW, rows, columns))
                        .hasSizeLessThanOrEqualTo(rows)
                        .allMatch(line -> line.length() <= width);
            }
        }
        assertThat(Screen.lines(rates(), "", NOW, 5, 20).getLast()).isEqualTo("... 3 more lines");
        assertThat(Screen.lines(List.of(), "nothing runs", NOW, 5, 80))
                .containsExactly("culvert top: nothing runs  (q quits)");
    }

    @Test
    void plainLinesCarryTheTime() {
        assertThat(Screen.plain(rates(), "2026-11-30T08:00:00Z"))
                .containsExactly(
                        "2026-11-30T08:00:00Z wg0 in 2.000 out 1.000 Gbit/s, packets/s in 1.0k out 2.0k, drops/s "
                                + "rx_replayed 10",
                        "2026-11-30T08:00:00Z wg0 busypeer++ in 2.000 out 1.000 Gbit/s",
                        "2026-11-30T08:00:00Z wg0 quietpeer+ in 0.000 out 0.000 Gbit/s");
    }
}

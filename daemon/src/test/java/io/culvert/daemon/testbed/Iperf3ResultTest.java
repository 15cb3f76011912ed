// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With the structure, but not all the members, of what iperf3 3.12 writes. */
class Iperf3ResultTest {
    private static final String TCP = """
            {"start": {"connected": [{"socket": 5}], "test_start": {"protocol": "TCP", "num_streams": 1}},
             "intervals": [
              {"streams": [{"socket": 5, "end": 1.0, "bytes": 9}], "sum": {"end": 1, "bits_per_second": 1.0e9}},
              {"streams": [{"socket": 5, "end": 2.0, "bytes": 9}], "sum": {"end": 2, "bits_per_second": 3.0e9}}],
             "end": {"streams": [{"sender": {"bytes": 5}, "receiver": {"bytes": 6}}],
              "sum_sent": {"seconds": 2.0, "bytes": 600000000, "bits_per_second": 4.1e9, "retransmits": 7},
              "sum_received": {"seconds": 2.0, "bytes": 500000000, "bits_per_second": 4000000000.0, "sender": true}}}
            """;
    private static final String UDP = """
            {"start": {"test_start": {"protocol": "UDP"}},
             "intervals": [{"sum": {"bytes": 7, "bits_per_second": 56, "packets": 1}}],
             "end": {"sum": {"seconds": 2, "bytes": 2000000000, "bits_per_second": 8e9, "jitter_ms": 0.1,
               "lost_packets": 25, "packets": 100, "lost_percent": 25},
              "sum_received": {"bytes": 1, "bits_per_second": 1}}}
            """;

    @Test
    void tcpCountsReceivedBytes() throws IOException {
        assertThat(Iperf3Result.parse(TCP)).isEqualTo(new Iperf3Result(4, 0.5, 0, 7, List.of(1.0, 3.0)));
    }

    @Test
    void warningsBeforeTheJsonAreSkipped() throws IOException {
        String warning = "warning: UDP block size 1360 exceeds TCP MSS 1348, may result in fragmentation / drops\n";
        assertThat(Iperf3Result.parse(warning + TCP).gigabits()).isEqualTo(4);
    }

    @Test
    void bothDirectionsAreAddedUp() throws IOException {
        String both = TCP.replace("\"sum_received\"", """
                "sum_sent_bidir_reverse": {"bytes": 1, "bits_per_second": 1, "retransmits": 2},
                "sum_received_bidir_reverse": {"bytes": 250000000, "bits_per_second": 2.0e9}, "sum_received\"""");
        Iperf3Result result = Iperf3Result.parse(both);
        assertThat(result).isEqualTo(new Iperf3Result(6, 0.75, 0, 9, result.gigabitsBySecond()));
    }

    @Test
    void udpCountsReceivedDatagramsOnly() throws IOException {
        Iperf3Result result = Iperf3Result.parse(UDP);
        assertThat(result.gigabits()).isCloseTo(6.0, within(1e-9));
        assertThat(result.gigabytes()).isCloseTo(1.5, within(1e-9));
        assertThat(result.lostPercent()).isEqualTo(25);
        assertThat(result.retransmits()).isZero();
    }

    @Test
    void intervalsAreReportedInOrder() throws IOException {
        assertThat(Iperf3Result.parse(TCP).gigabitsBySecond()).isEqualTo(List.of(1.0, 3.0));
    }

    @Test
    void outputWithoutAResultIsAnError() {
        for (String output : List.of("", "iperf3: parameter error", "[]", "{\"start\": {}}")) {
            assertThatThrownBy(() -> Iperf3Result.parse(output))
                    .as(output)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("iperf3: no result");
        }
    }

    @Test
    void errorsOfIperf3ArePassedOn() {
        assertThatThrownBy(() -> Iperf3Result.parse("{\"end\": {}, \"error\": \"unable to connect\"}"))
                .isInstanceOf(IOException.class)
                .hasMessage("iperf3: unable to connect");
    }

    @Test
    void requireTrafficFailsIfNothingArrived() throws IOException {
        assertThat(Iperf3Result.parse(TCP).requireTraffic().gigabytes()).isEqualTo(0.5);
        Iperf3Result nothing = Iperf3Result.parse(TCP.replace("500000000", "0"));
        assertThatThrownBy(nothing::requireTraffic)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no data arrived");
    }
}

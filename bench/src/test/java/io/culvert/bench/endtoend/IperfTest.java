package io.culvert.bench.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class IperfTest {
    private static final String TCP = """
            {"start": {"test_start": {"protocol": "TCP"}},
             "intervals": [{"sum": {"bits_per_second": 1.0e9}}, {"sum": {"bits_per_second": 3.0e9}}],
             "end": {"sum_sent": {"bytes": 511, "bits_per_second": 4.1e9, "retransmits": 7},
                     "sum_received": {"bytes": 500000000, "bits_per_second": 4.0e9}}}""";

    @Test
    void tcpCountsWhatArrived() throws IOException {
        assertThat(Iperf.flow(Iperf.parse(TCP))).isEqualTo(new Flow(4, 0.5, 0, 7));
    }

    @Test
    void warningsInFrontArePassedOver() throws IOException {
        String warning = "warning: UDP block size 1360 exceeds TCP MSS 1348, may result in fragmentation / drops\n";
        assertThat(Iperf.flow(Iperf.parse(warning + TCP)).gigabits()).isEqualTo(4);
    }

    @Test
    void bothDirectionsAreAddedUp() throws IOException {
        String both = TCP.replace("\"sum_received\"", """
                "sum_sent_bidir_reverse": {"bytes": 1, "bits_per_second": 1, "retransmits": 2},
                "sum_received_bidir_reverse": {"bytes": 250000000, "bits_per_second": 2.0e9}, "sum_received\"""");
        assertThat(Iperf.flow(Iperf.parse(both))).isEqualTo(new Flow(6, 0.75, 0, 9));
    }

    @Test
    void udpCountsWhatWasNotLost() throws IOException {
        String udp = """
                {"start": {"test_start": {"protocol": "UDP"}},
                 "end": {"sum": {"bytes": 1000000000, "bits_per_second": 2.0e9, "lost_percent": 25.0},
                         "sum_received": {"bytes": 1, "bits_per_second": 1}}}""";
        Flow flow = Iperf.flow(Iperf.parse(udp));
        assertThat(flow.gigabits()).isCloseTo(1.5, within(1e-9));
        assertThat(flow.gigabytes()).isCloseTo(0.75, within(1e-9));
        assertThat(flow.lostPercent()).isEqualTo(25);
    }

    @Test
    void tellsEachSecond() throws IOException {
        assertThat(Iperf.gigabitsBySecond(Iperf.parse(TCP))).isEqualTo(List.of(1.0, 3.0));
    }

    @Test
    void whatIsNoResultIsAnError() {
        for (String output : List.of("", "iperf3: parameter error", "[]", "{\"start\": {}}")) {
            assertThatThrownBy(() -> Iperf.parse(output)).as(output).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> Iperf.parse("{\"end\": {}, \"error\": \"unable to connect\"}"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unable to connect");
        String nothing = TCP.replace("500000000", "0");
        assertThatThrownBy(() -> Iperf.flow(Iperf.parse(nothing)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nothing arrived");
    }
}

package io.culvert.daemon.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class IperfTest {
    private static final String TCP = """
            {"intervals": [{"streams": [], "sum": {"seconds": 1, "bytes": 7, "bits_per_second": 56}}],
             "end": {"streams": [{"sender": {"bytes": 5}}],
              "sum_sent": {"seconds": 2.0, "bytes": 600000000, "bits_per_second": 2.4e9, "retransmits": 3},
              "sum_received": {"seconds": 2.0, "bytes": 500000000, "bits_per_second": 2000000000.0, "sender": true}}}
            """;
    private static final String UDP = """
            {"intervals": [{"sum": {"bytes": 7, "bits_per_second": 56, "packets": 1}}],
             "end": {"sum": {"seconds": 2, "bytes": 2000000000, "bits_per_second": 8e9, "jitter_ms": 0.1,
              "lost_packets": 25, "packets": 100, "lost_percent": 25}}}
            """;

    @Test
    void readsTcp() throws IOException {
        Flow flow = Iperf.flow(TCP, false, 1, 2);
        assertThat(flow.gigabits()).isCloseTo(2.0, within(1e-9));
        assertThat(flow.senderCpu()).isCloseTo(2.0, within(1e-9));
        assertThat(flow.receiverCpu()).isCloseTo(4.0, within(1e-9));
        assertThat(flow.lostPercent()).isZero();
    }

    @Test
    void countsOnlyTheDatagramsThatArrived() throws IOException {
        Flow flow = Iperf.flow(UDP, true, 3, 0);
        assertThat(flow.gigabits()).isCloseTo(6.0, within(1e-9));
        assertThat(flow.senderCpu()).isCloseTo(2.0, within(1e-9));
        assertThat(flow.lostPercent()).isEqualTo(25);
    }

    @Test
    void tellsWhatWentWrong() {
        assertThatThrownBy(() -> Iperf.flow("{\"error\": \"unable to connect\"}", false, 0, 0))
                .isInstanceOf(IOException.class)
                .hasMessage("iperf3: unable to connect");
        assertThatThrownBy(() -> Iperf.flow("", false, 0, 0)).hasMessage("iperf3: no result");
        assertThatThrownBy(() -> Iperf.flow(TCP.replace("500000000", "0"), false, 0, 0))
                .hasMessage("iperf3: nothing arrived");
    }
}

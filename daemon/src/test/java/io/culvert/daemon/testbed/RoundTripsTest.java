// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundTripsTest {
    private static final String OUTPUT = """
            PING 10.18.0.2 (10.18.0.2) 56(84) bytes of data.
            64 bytes from 10.18.0.2: icmp_seq=1 ttl=64 time=0.250 ms
            64 bytes from 10.18.0.2: icmp_seq=2 ttl=64 time=12.5 ms
            64 bytes from 10.18.0.2: icmp_seq=4 ttl=64 time=0.125 ms

            --- 10.18.0.2 ping statistics ---
            4 packets transmitted, 3 received, 25% packet loss, time 15ms
            rtt min/avg/max/mdev = 0.125/4.291/12.500/5.000 ms
            """;

    @Test
    void everyAnswerIsRead() throws IOException {
        RoundTrips trips = RoundTrips.parse(OUTPUT);
        assertThat(trips.micros()).isEqualTo(List.of(125.0, 250.0, 12500.0));
        assertThat(trips.lostPercent()).isEqualTo(25);
        assertThat(trips.mean()).isCloseTo(4291.7, within(0.1));
    }

    @Test
    void quantileIsTheSmallestTimeThatCoversTheShare() {
        List<Double> micros =
                IntStream.rangeClosed(1, 200).mapToObj(i -> (double) i).toList();
        RoundTrips trips = new RoundTrips(micros, 0);
        assertThat(trips.quantile(0.5)).isEqualTo(100);
        assertThat(trips.quantile(0.99)).isEqualTo(198);
        assertThat(trips.quantile(1)).isEqualTo(200);
        assertThat(trips.quantile(0)).isEqualTo(1);
    }

    @Test
    void pingWithoutAnAnswerIsAnError() {
        String lost = "4 packets transmitted, 0 received, 100% packet loss, time 15ms\n";
        assertThatThrownBy(() -> RoundTrips.parse(lost)).isInstanceOf(IOException.class);
    }
}

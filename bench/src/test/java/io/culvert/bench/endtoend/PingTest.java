// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.testbed.RoundTrips;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PingTest {
    @Test
    void samplesAreMedianMaximumAndLoss() {
        RoundTrips trips = new RoundTrips(List.of(125.0, 250.0, 12500.0), 25);
        assertThat(Ping.samples(trips).stream().map(Sample::value)).containsExactly(250.0, 12500.0, 25.0);
    }

    @Test
    void sendsEnoughForItsPercentiles() {
        Ping ping = new Ping(Duration.ofMillis(200), 100);
        assertThat(ping.duration(5)).isEqualTo(20.2);
        assertThat(ping.duration(60)).isEqualTo(60.2);
    }
}

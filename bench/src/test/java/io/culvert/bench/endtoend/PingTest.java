// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.testbed.RoundTrips;
import java.util.List;
import org.junit.jupiter.api.Test;

class PingTest {
    @Test
    void samplesAreMedianTailMaximumAndLoss() {
        RoundTrips trips = new RoundTrips(List.of(125.0, 250.0, 12500.0), 25);
        assertThat(Ping.samples(trips).stream().map(Sample::value)).containsExactly(250.0, 12500.0, 12500.0, 25.0);
    }
}

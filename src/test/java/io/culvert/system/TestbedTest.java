// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.testbed.Iperf3;
import io.culvert.daemon.testbed.Iperf3Result;
import io.culvert.daemon.testbed.Pinger;
import io.culvert.daemon.testbed.Testbed;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The testbed of the demo and the benchmarks, and its drivers of real programs. */
@OnHost("iperf3")
class TestbedTest {
    private static Testbed testbed;

    @BeforeAll
    static void create() throws Exception {
        testbed = Testbed.create("culvert-testbed", 1500);
    }

    @AfterAll
    static void close() {
        testbed.close();
        for (int side = 0; side < 2; side++) {
            assertThat(Path.of("/run/netns", testbed.namespace(side).name())).doesNotExist();
        }
    }

    private static Iperf3Result iperf3(String... options) throws Exception {
        return Iperf3.run(testbed.namespace(0), testbed.namespace(1), Testbed.outside(1, true), 2, List.of(options))
                .requireTraffic();
    }

    @Test
    void pingMeasuresRoundTrips() throws Exception {
        for (boolean ipv6 : new boolean[] {false, true}) {
            var trips = Pinger.measure(
                    testbed.namespace(0), Testbed.outside(1, ipv6), 5, Duration.ofMillis(20), Duration.ofSeconds(2));
            assertThat(trips.micros()).hasSize(5);
            assertThat(trips.lostPercent()).isZero();
        }
    }

    @Test
    void iperf3ReportsTcpWithIntervals() throws Exception {
        Iperf3Result result = iperf3("-P", "2", "-i", "1");
        assertThat(result.gigabitsBySecond()).hasSize(2).allMatch(second -> second > 0);
        assertThat(result.lostPercent()).isZero();
    }

    @Test
    void iperf3AddsUpBothDirections() throws Exception {
        // Each direction is limited, so that one of them alone cannot reach the sum.
        assertThat(iperf3("--bidir", "-b", "8M").gigabits()).isBetween(0.012, 0.02);
        assertThat(iperf3("-R", "-b", "8M").gigabits()).isBetween(0.006, 0.01);
    }

    @Test
    void iperf3ReportsUdp() throws Exception {
        Iperf3Result result = iperf3("-u", "-b", "8M", "-l", "1000");
        assertThat(result.gigabits()).isBetween(0.006, 0.01);
        assertThat(result.gigabytes()).isBetween(0.0015, 0.0025);
        assertThat(result.lostPercent()).isLessThan(50);
    }

    @Test
    void tasksAreCalledInsideTheNamespace() throws Exception {
        assertThat(testbed.namespace(0).call(() -> NetworkInterface.getByName("veth0")))
                .isNotNull();
        assertThat(NetworkInterface.getByName("veth0")).isNull();
    }
}

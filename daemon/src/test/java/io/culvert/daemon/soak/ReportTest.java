// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The verdict of a soak. */
class ReportTest {
    private static final Resources FIRST = new Resources(120, 60, 30, 1);
    private static final StreamFlow.Outcome STREAMS = new StreamFlow.Outcome(100, 3, 0);

    private final FaultLog faults = new FaultLog();

    private static DatagramFlow.Outcome flow(long duplicates, long damaged, long lostInCalm) {
        long[] lost = new long[Phase.count()];
        lost[Phase.CALM] = lostInCalm;
        lost[Fault.KILLED.ordinal()] = 400;
        return new DatagramFlow.Outcome(10_000, 9_000, duplicates, damaged, lost, new long[Phase.count()]);
    }

    private Report report(DatagramFlow.Outcome there, StreamFlow.Outcome streams, Resources last, String... alarms) {
        return new Report(
                180,
                1,
                faults,
                there,
                flow(0, 0, 0),
                streams,
                Map.of("rx_expired", 7L),
                12,
                FIRST,
                last,
                FIRST,
                List.of(alarms));
    }

    @Test
    void whatIsLostInAFaultIsNoViolation() {
        faults.healed(Fault.KILLED, 1234);
        Report report = report(flow(0, 0, 3), STREAMS, FIRST);
        assertThat(report.violations()).isEmpty();
        assertThat(report.text()).contains("<= 1234", "{rx_expired=7}").endsWith("holds\n");
    }

    @Test
    void aDamagedOrRepeatedDatagramIsOne() {
        assertThat(report(flow(0, 1, 0), STREAMS, FIRST).violations())
                .containsExactly("1 datagrams from A to B arrived damaged");
        assertThat(report(flow(2, 0, 0), STREAMS, FIRST).text()).endsWith("1 failed\n");
    }

    @Test
    void lossWithoutAFaultIsOne() {
        assertThat(report(flow(0, 0, 101), STREAMS, FIRST).violations())
                .containsExactly("101 datagrams from A to B were lost while nothing was done");
    }

    @Test
    void damagedAndMissingTransfersAre() {
        assertThat(report(flow(0, 0, 0), new StreamFlow.Outcome(0, 9, 1), FIRST).violations())
                .hasSize(2);
    }

    @Test
    void growthIsOne() {
        for (Resources last : List.of(
                new Resources(320, 60, 30, 1),
                new Resources(120, 90, 30, 1),
                new Resources(120, 60, 60, 1),
                new Resources(120, 60, 30, 2))) {
            assertThat(report(flow(0, 0, 0), STREAMS, last).violations()).hasSize(1);
        }
    }

    @Test
    void alarmsAndFaultsThatDoNotHealAre() {
        faults.failures().add("interface down and up, side A: no answer");
        assertThat(report(flow(0, 0, 0), STREAMS, FIRST, "internal error in culvert-0")
                        .violations())
                .hasSize(2);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.culvert.daemon.testbed.Iperf3Result;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowTest {
    @Test
    void cpuTimeIsPerGigabyteReceived() throws IOException {
        Flow flow = Flow.of(new Iperf3Result(2, 0.5, 0, 3, List.of()), 1, 2);
        assertThat(flow.gigabits()).isCloseTo(2.0, within(1e-9));
        assertThat(flow.senderCpu()).isCloseTo(2.0, within(1e-9));
        assertThat(flow.receiverCpu()).isCloseTo(4.0, within(1e-9));
        assertThat(flow.lostPercent()).isZero();
    }

    @Test
    void lossIsPassedOn() throws IOException {
        assertThat(Flow.of(new Iperf3Result(6, 1.5, 25, 0, List.of()), 3, 0)).isEqualTo(new Flow(6, 2, 0, 25));
    }

    @Test
    void aRunWithoutTrafficIsAnError() {
        assertThatThrownBy(() -> Flow.of(new Iperf3Result(0, 0, 100, 0, List.of()), 1, 1))
                .isInstanceOf(IOException.class)
                .hasMessage("iperf3: no data arrived");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuEventTest {
    @Test
    void usesPerfEventsIfTheKernelAllows() {
        assertThat(CpuEvent.of(true, "3")).isEqualTo(new CpuEvent("cpu", ""));
        assertThat(CpuEvent.of(false, "1")).isEqualTo(new CpuEvent("cpu", ""));
        assertThat(CpuEvent.of(false, "-1")).isEqualTo(new CpuEvent("cpu", ""));
    }

    @Test
    void usesTimersOtherwiseAndSaysWhy() {
        assertThat(CpuEvent.of(false, "2").name()).isEqualTo("ctimer");
        assertThat(CpuEvent.of(false, "4").shortcoming()).contains("kernel.perf_event_paranoid is 4");
        assertThat(CpuEvent.of(true, "").shortcoming()).contains("no perf events");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.linux.Offload;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeprecatedNamesTest {
    @Test
    void deprecatedVariableIsReportedWithItsReplacement() {
        String old = DeprecatedNames.oldVariable("CULVERT_WARMUP").orElseThrow();
        assertThat(DeprecatedNames.warnings(Map.of(old, "on", "CULVERT_WARMUP", "on")))
                .containsExactly(old + " is deprecated and will be removed in the next release; use CULVERT_WARMUP");
    }

    @Test
    void deprecatedOffloadIsReportedOnceWithItsReplacement() {
        String old = DeprecatedNames.oldOffload(Offload.WAKEUP_COALESCING).orElseThrow();
        assertThat(DeprecatedNames.warnings(Map.of("CULVERT_OFFLOADS", "-udp-gso,-" + old + ",+" + old)))
                .containsExactly("CULVERT_OFFLOADS: " + old
                        + " is deprecated and will be removed in the next release; use wakeup-coalescing");
    }

    @Test
    void presentNamesAreNotReported() {
        assertThat(DeprecatedNames.warnings(
                        Map.of("CULVERT_WARMUP", "off", "CULVERT_OFFLOADS", "-wakeup-coalescing,-all")))
                .isEmpty();
        assertThat(DeprecatedNames.oldVariable("CULVERT_IO")).isEmpty();
        assertThat(DeprecatedNames.oldOffload(Offload.UDP_GSO)).isEmpty();
    }
}

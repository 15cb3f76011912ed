// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OffloadTest {
    @ParameterizedTest
    @CsvSource({
        "UDP_GSO, 6.19.14, false",
        "UDP_GSO, 7.0-rc1, true",
        "UDP_GSO, 7.0.0-12-generic, true",
        "UDP_GSO, 7.1.4, true",
        "UDP_GSO, 7.1.5, false",
        "UDP_GSO, 7.2, false",
        "UDP_GSO, 8.0.0, false",
        "UDP_GRO, 5.11.22, true",
        "UDP_GRO, 5.12, false",
        "TUN_VXLAN_GRO, 6.8.4-060804-generic, true",
        "TUN_VXLAN_GRO, 6.8.0-117-generic, true",
        "TUN_VXLAN_GRO, 6.8.5+, false",
        "TUN_VXLAN_GRO, 6.18.44-amd64, false",
        "TUN_TSO, 6.6.44, false"
    })
    void knownBugsAreRecognisedByKernelRelease(Offload offload, String release, boolean bug) {
        if (bug) {
            assertThat(offload.knownBug(release))
                    .hasValueSatisfying(text -> assertThat(text).contains("Linux"));
        } else {
            assertThat(offload.knownBug(release)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void malformedReleasesAreNoError(Offload offload) {
        for (String release : new String[] {"", ".", "x", "6", "-1.-2", "6..8", "7.0.20261121000000"}) {
            offload.knownBug(release);
        }
        assertThat(offload.knownBug("2000.0.0")).isEmpty();
    }

    @Test
    void wordsAreInLowerCaseWithHyphens() {
        assertThat(Offload.TUN_SEGMENT_LIMIT.word()).isEqualTo("tun-segment-limit");
        assertThat(Offload.WAKEUP_COALESCING.word()).isEqualTo("wakeup-coalescing");
    }
}

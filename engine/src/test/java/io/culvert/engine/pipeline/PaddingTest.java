// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaddingTest {
    @ParameterizedTest(name = "{0} bytes, MTU {1}: {2}")
    @CsvSource({
        "0, 1420, 0",
        "1, 1420, 15",
        "16, 1420, 0",
        "1404, 1420, 4",
        "1409, 1420, 11",
        "1420, 1420, 0",
        // Padding stops at the MTU, as in the kernel's netns.sh with a route MTU of 1299.
        "1297, 1299, 2",
        "1297, 0, 15",
        // Of a packet longer than the MTU, the part beyond the MTU is padded.
        "1421, 1420, 15",
        "2840, 1420, 0"
    })
    void padsTo16BytesButNotPastTheMtu(int length, int mtu, int padding) {
        assertThat(SendPath.padding(length, mtu)).isEqualTo(padding);
    }

    /** The MTU of a route inside the tunnel, which a TUN does not show. */
    @Test
    void aRouteMtuThatIsAMultipleOf16IsNeverExceeded() {
        Laws.check(draw -> {
            int route = 16 * draw.integer(1, 4_095);
            int length = draw.integer(0, route);
            int mtu = draw.integer(route, 65_535);

            assertThat(length + SendPath.padding(length, mtu)).isLessThanOrEqualTo(route);
        });
    }

    @Test
    void paddingStaysBelow16AndWithinTheMtu() {
        Laws.check(draw -> {
            int length = draw.integer(0, 65_535);
            int mtu = draw.integer(0, 65_535);

            int padding = SendPath.padding(length, mtu);
            assertThat(padding).isBetween(0, 15);
            if (length <= mtu) {
                assertThat(length + padding).isLessThanOrEqualTo(mtu);
            }
        });
    }
}

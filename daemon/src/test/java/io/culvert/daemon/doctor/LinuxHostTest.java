// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class LinuxHostTest {
    private final LinuxHost host = new LinuxHost();

    @Test
    void filesOfTheKernelAreReadWhole() {
        assertThat(host.read("/proc/sys/kernel/osrelease")).contains(host.kernel());
        assertThat(host.read("/proc/cpuinfo"))
                .hasValueSatisfying(text -> assertThat(text).hasSizeGreaterThan(500));
        assertThat(host.read("/nonexistent")).isEmpty();
        assertThat(host.read("/proc")).isEmpty();
    }

    @Test
    void loopbackHasFeaturesAndARoute() throws IOException {
        assertThat(host.cardFeatures("lo").get("tx-scatter-gather").on()).isTrue();
        assertThatThrownBy(() -> host.cardFeatures("nosuch0"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("interface nosuch0 does not say: ");
        Host.Route route = host.route(new InetSocketAddress("127.0.0.1", 9));
        assertThat(route.link()).isEqualTo("lo");
        int mtu = Integer.parseInt(host.read("/sys/class/net/lo/mtu").orElseThrow());
        // No packet of IPv4 is longer.
        assertThat(route.mtu()).isEqualTo(Math.min(mtu, 65_535));
    }

    @Test
    void programsAndMemoryAreFound() {
        assertThat(host.program("sh")).isPresent();
        assertThat(host.program("no-such-program")).isEmpty();
        assertThat(host.memoryMebibytes()).isBetween(32L, 1L << 30);
        assertThat(host.udpOffloadsUnavailable()).hasSize(2);
        assertThat(host.isClockSynchronized()).isPresent();
    }
}

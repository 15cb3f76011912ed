// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.io.Tun;
import io.culvert.engine.linux.TestNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentLimitTest {
    private static final String NAME = "culvert-seg";
    private static final String LIMITED = "gso_max_segs 45 ";
    private static final String UNLIMITED = "gso_max_segs 65535 ";

    private final TestNamespace namespace = new TestNamespace();
    private TunDevice tun;

    @BeforeEach
    void create() throws IOException {
        tun = TunDevice.create(NAME, 2);
    }

    @AfterEach
    void close() throws IOException {
        tun.close();
        namespace.close();
    }

    private void start() {
        tun.limitSegments();
        tun.listen(new Tun.Listener() {
            @Override
            public void onLink(boolean up) {
                // Not looked at.
            }

            @Override
            public void onRestart() {
                // Not looked at.
            }

            @Override
            public void onMtu(int mtu) {
                // Not looked at.
            }

            @Override
            public void onTurn() {
                // Not looked at.
            }

            @Override
            public void onRemoved() {
                // Not looked at.
            }

            @Override
            public void onFailure(Throwable cause) {
                // Not looked at.
            }
        });
    }

    private void assertSettles(String expected) throws IOException, InterruptedException {
        String shown = "";
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10); System.nanoTime() < end; ) {
            shown = namespace.output("-d link show " + NAME);
            if (shown.contains(expected)) {
                return;
            }
            Thread.sleep(5);
        }
        assertThat(shown).contains(expected);
    }

    @Test
    void localSocketsAreLimitedByMtu() throws IOException, InterruptedException {
        start();
        assertSettles(LIMITED);
        namespace.ip("link set " + NAME + " mtu 9000");
        assertSettles("gso_max_segs 7 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ipv4/conf/all", "ipv6/conf/all", "ipv4/conf/lo"})
    void thereIsNoLimitWhileTheNamespaceForwards(String where) throws IOException, InterruptedException {
        Path forwarding = Path.of("/proc/sys/net", where, "forwarding");
        start();
        assertSettles(LIMITED);
        Files.writeString(forwarding, "1");
        assertSettles(UNLIMITED);
        Files.writeString(forwarding, "0");
        assertSettles(LIMITED);
    }

    @Test
    void aNamespaceThatForwardsAlreadyNeverGetsALimit() throws IOException {
        Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1");
        start();
        assertThat(namespace.output("-d link show " + NAME)).contains(UNLIMITED);
    }

    @Test
    void refusalOfTheKernelIsAnError() {
        assertThatThrownBy(() -> SegmentLimit.set(123_456, 5)).hasMessageContaining("ENODEV");
    }

    @Test
    void softwareSegmentationTakesTheLimitAway() throws IOException, InterruptedException {
        start();
        assertSettles(LIMITED);
        tun.softwareSegmentation();
        assertSettles(UNLIMITED);
        namespace.ip("link set " + NAME + " mtu 1300");
        assertSettles("mtu 1300 ");
        assertSettles(UNLIMITED);
    }
}

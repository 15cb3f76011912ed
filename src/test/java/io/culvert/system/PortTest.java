// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Another program has the UDP port: it is refused when it is configured, else tried again until the port is free. */
@OnHost("curl")
class PortTest {
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final String METRICS = "127.0.0.1:9586";
    private static final String PORT = "51820";

    private final Namespace firstSide = Namespace.create();
    private final Namespace secondSide = Namespace.create();
    private final Key firstKey = Key.generate();
    private final Key secondKey = Key.generate();
    private Daemon first;
    private Daemon second;

    @BeforeEach
    void create() {
        Namespace.connect(firstSide, "10.0.0.1/24", secondSide, "10.0.0.2/24");
        first = Daemon.start(Program.CULVERT, firstSide, Names.next(), Map.of("CULVERT_METRICS", METRICS));
        second = Daemon.start(Program.CULVERT, secondSide);
        meet(first, firstKey, secondKey, "192.168.241.1", "192.168.241.2", "10.0.0.2:" + PORT);
        meet(second, secondKey, firstKey, "192.168.241.2", "192.168.241.1", "10.0.0.1:" + PORT);
        second.wg().set("listen-port", PORT);
        second.namespace().ip("link", "set", second.device(), "up");
    }

    private static void meet(Daemon daemon, Key own, Key peer, String inner, String other, String endpoint) {
        daemon.namespace().ip("address", "add", inner + "/24", "dev", daemon.device());
        daemon.wg()
                .set(("private-key " + own.file() + " peer " + peer.pub() + " allowed-ips " + other + "/32 endpoint "
                                + endpoint)
                        .split(" "));
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
        firstSide.close();
        secondSide.close();
    }

    /** Another program with the port, until it is closed. */
    private DatagramSocket taken() {
        return Unchecked.call(() -> firstSide.network().call(() -> {
            DatagramSocket socket = new DatagramSocket(null);
            socket.bind(new InetSocketAddress("0.0.0.0", Integer.parseInt(PORT)));
            return socket;
        }));
    }

    private void setLink(String state) {
        firstSide.ip("link", "set", first.device(), state);
    }

    private String readiness() {
        return firstSide
                .command("curl", "-s", "http://" + METRICS + "/ready")
                .run()
                .output();
    }

    private void assertCarriesPackets() {
        assertThat(Eventually.holds(SOON, () -> readiness().contains(": ready: UDP port ")))
                .as("ready")
                .isTrue();
        Ping.once(firstSide, "192.168.241.2");
    }

    /** The port carries packets; then the interface is set down. */
    private void useAndSetDown() {
        first.wg().set("listen-port", PORT);
        setLink("up");
        assertCarriesPackets();
        setLink("down");
        assertThat(Eventually.holds(SOON, () -> readiness().contains("the interface is down")))
                .isTrue();
    }

    @Test
    void takenPortIsRefusedWhileTheInterfaceIsDown() {
        first.wg().set("listen-port", "51821");
        try (DatagramSocket other = taken()) {
            assertThat(first.wg().trySet("listen-port", PORT).expectFailure().allOutput())
                    .contains("Address already in use");
            setLink("up");
            assertCarriesPackets();
            setLink("down");
            assertThat(first.wg().trySet("listen-port", PORT).expectFailure().allOutput())
                    .contains("Address already in use");
            assertThat(other.isClosed()).isFalse();
        }
        assertThat(first.wg().show("listen-port")).isEqualTo("51821");
        setLink("up");
        assertCarriesPackets();
    }

    @Test
    void portThatBecomesFreeIsOpened() {
        useAndSetDown();
        try (DatagramSocket other = taken()) {
            setLink("up");
            assertThat(Eventually.holds(SOON, () -> readiness().contains("Address already in use")))
                    .as("the readiness says what is wrong")
                    .isTrue();
            assertThat(first.wg().show("listen-port")).as("what is wanted").isEqualTo(PORT);
            assertThat(Metrics.of(firstSide, METRICS).sum("culvert_listen_port\\{.*state=\"open\"}"))
                    .isZero();
            assertThat(other.isClosed()).isFalse();
        }
        assertCarriesPackets();
        assertThat(first.log().lines().filter(line -> line.contains("carries no packets")))
                .as("not logged with each attempt")
                .hasSize(1);
    }

    @Test
    void anotherPortIsOpenedAtOnce() {
        useAndSetDown();
        try (DatagramSocket other = taken()) {
            setLink("up");
            assertThat(Eventually.holds(SOON, () -> readiness().contains("Address already in use")))
                    .isTrue();
            first.wg().set("listen-port", "51822");
            assertThat(readiness()).isEqualTo("ready\n" + first.device() + ": ready: UDP port 51822\n");
            assertCarriesPackets();
            assertThat(other.isClosed()).isFalse();
        }
    }

    /** IPv6 is switched off and on by sysctl while the port is open. */
    @Test
    void ipv6CanComeLater() throws IOException {
        for (Namespace side : new Namespace[] {firstSide, secondSide}) {
            side.write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
        }
        first.wg().set("listen-port", PORT);
        setLink("up");
        assertCarriesPackets();
        for (Namespace side : new Namespace[] {firstSide, secondSide}) {
            side.write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "0");
        }
        firstSide.ip("address", "add", "fd00:aa::1/64", "dev", "veth0", "nodad");
        secondSide.ip("address", "add", "fd00:aa::2/64", "dev", "veth0", "nodad");
        first.wg().set("peer", secondKey.pub(), "endpoint", "[fd00:aa::2]:" + PORT);
        Ping.once(firstSide, "192.168.241.2");
        assertThat(second.wg().show("endpoints", firstKey)).isEqualTo("[fd00:aa::1]:" + PORT);
    }
}

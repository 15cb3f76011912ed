// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.InnerPacket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tunnels through the library's own interface, with packets and datagrams of the program. */
class TunnelTest {
    private static final Address NEAR = Address.of("10.9.0.1", 1);
    private static final Address FAR = Address.of("10.9.0.2", 2);
    private static final int SECONDS = 20;

    private final PrivateKey nearKey = PrivateKey.generate();
    private final PrivateKey farKey = PrivateKey.generate();
    private final PacketQueue nearPackets = new PacketQueue();
    private final PacketQueue farPackets = new PacketQueue();
    private final Wire wire = new Wire();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final Recorder recorder = new Recorder();
    private Tunnel near;
    private Tunnel far;

    /** Notes events, and the threads that bring them. */
    private final class Recorder implements TunnelListener {
        private void add(String event) {
            assertThat(Thread.currentThread().getName()).startsWith("culvert-events-tunnel");
            heard.add(event);
        }

        @Override
        public void handshakeCompleted(PublicKey peer) {
            add("handshake " + peer);
        }

        @Override
        public void peerRoamed(PublicKey peer, InetSocketAddress from, InetSocketAddress to) {
            add("roamed " + from + " " + to);
        }

        @Override
        public void failed(Throwable cause) {
            add("failed " + cause.getMessage());
        }
    }

    @AfterEach
    void close() {
        if (near != null) {
            near.close();
            assertThat(nearPackets.closed).isTrue();
        }
        if (far != null) {
            far.close();
        }
        nearKey.close();
        farKey.close();
    }

    private Peer farPeer() {
        return Peer.builder(farKey.publicKey())
                .endpoint(wire.other().address())
                .allowedIps("10.9.0.2/32")
                .build();
    }

    private Peer nearPeer() {
        return Peer.builder(nearKey.publicKey()).allowedIps("10.9.0.1/32").build();
    }

    private void start(int workers) throws IOException {
        near = Tunnel.builder()
                .privateKey(nearKey)
                .packets(nearPackets)
                .datagrams(wire)
                .workers(workers)
                .peer(farPeer())
                .start();
        far = Tunnel.builder()
                .privateKey(farKey)
                .packets(farPackets)
                .datagrams(wire.other())
                .workers(workers)
                .peer(nearPeer())
                .listener(recorder)
                .start();
    }

    private static byte[] packet(Address from, Address to, int number, int bytes) {
        byte[] payload = new byte[bytes];
        Arrays.fill(payload, (byte) number);
        return InnerPacket.udp(from, to, payload);
    }

    private void exchange(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            nearPackets.send(packet(NEAR, FAR, i, 1 + i % 1300));
        }
        for (int i = 0; i < count; i++) {
            assertThat(farPackets.receive()).isEqualTo(packet(NEAR, FAR, i, 1 + i % 1300));
        }
        farPackets.send(packet(FAR, NEAR, 7, 100));
        assertThat(nearPackets.receive()).isEqualTo(packet(FAR, NEAR, 7, 100));
    }

    private String nextEvent() throws InterruptedException {
        return heard.poll(SECONDS, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({"1", "3"})
    void packetsPassBothWaysInOrder(int workers) throws Exception {
        start(workers);
        exchange(1);
        int before = nearPackets.reads.get();
        exchange(100);
        assertThat(nextEvent()).isEqualTo("handshake " + nearKey.publicKey());
        assertThat(nearPackets.reads.get() - before).as("calls for packets").isLessThanOrEqualTo(202);
        TunnelStatistics statistics = far.statistics();
        assertThat(statistics.receivedPackets()).isGreaterThanOrEqualTo(101);
        assertThat(statistics.handshakes()).isEqualTo(1);
        assertThat(statistics.port()).isEqualTo(2000);
        assertThat(statistics.unreadyReason()).isEmpty();
        assertThat(statistics.drops()).containsEntry("tx_no_peer", 0L);
    }

    @Test
    void peersAreAddedChangedAndRemovedWhileTheTunnelRuns() throws Exception {
        start(1);
        exchange(1);
        PeerStatistics peer = near.peers().getFirst();
        assertThat(peer.publicKey()).isEqualTo(farKey.publicKey());
        assertThat(peer.endpoint()).contains(wire.other().address());
        assertThat(peer.lastHandshake()).isPresent();
        assertThat(peer.sentBytes()).isPositive();
        near.putPeer(Peer.builder(farKey.publicKey())
                .allowedIps(Cidr.parse("10.9.0.0/24"))
                .keepalive(Duration.ofSeconds(25))
                .build());
        exchange(2);
        peer = near.peers().getFirst();
        assertThat(peer.keepalive()).isEqualTo(Duration.ofSeconds(25));
        assertThat(peer.allowedIps()).containsExactly(Cidr.parse("10.9.0.0/24"));
        assertThat(near.statistics().handshakes()).as("the session went on").isEqualTo(1);
        near.removePeer(farKey.publicKey());
        assertThat(near.peers()).isEmpty();
    }

    @Test
    void presharedKeysMustAgree() throws Exception {
        start(1);
        try (PresharedKey shared = PresharedKey.generate()) {
            near.putPeer(Peer.builder(farKey.publicKey())
                    .endpoint(wire.other().address())
                    .presharedKey(shared)
                    .allowedIps("10.9.0.2")
                    .build());
            far.putPeer(Peer.builder(nearKey.publicKey())
                    .presharedKey(shared)
                    .allowedIps("10.9.0.1")
                    .build());
        }
        exchange(1);
    }

    @Test
    void listenerHearsOfRoamingOnItsOwnThread() throws Exception {
        start(1);
        exchange(1);
        assertThat(nextEvent()).startsWith("handshake");
        InetSocketAddress before = wire.address();
        InetSocketAddress elsewhere = new InetSocketAddress(InetAddress.ofLiteral("2001:db8::7"), 777);
        wire.moveTo(elsewhere);
        exchange(1);
        assertThat(nextEvent()).isEqualTo("roamed " + before + " " + elsewhere);
        assertThat(far.peers().getFirst().endpoint()).isEqualTo(Optional.of(elsewhere));
    }

    @Test
    void errorOfTheProgramEndsTheTunnelAndIsReported() throws Exception {
        start(1);
        exchange(1);
        assertThat(nextEvent()).startsWith("handshake");
        wire.other().broken = true;
        wire.other().signal();
        assertThat(nextEvent()).isEqualTo("failed the wire broke");
        assertThat(farPackets.closed).isTrue();
        assertThatThrownBy(() -> far.putPeer(nearPeer()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void packetsOfTheProgramPassThroughUdpSockets() throws Exception {
        near = Tunnel.builder().privateKey(nearKey).packets(nearPackets).start();
        far = Tunnel.builder()
                .privateKey(farKey)
                .packets(farPackets)
                .peer(nearPeer())
                .workers(2)
                .start();
        near.putPeer(Peer.builder(farKey.publicKey())
                .endpoint(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), far.statistics().port()))
                .allowedIps("10.9.0.0/24")
                .build());
        exchange(1);
        exchange(200);
    }

    @Test
    void incompleteTunnelIsRefused() {
        assertThatThrownBy(() -> Tunnel.builder().packets(nearPackets).start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a tunnel needs a private key");
        assertThatThrownBy(() -> Tunnel.builder().privateKey(nearKey).start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a tunnel needs either packets or an interface name");
        assertThatThrownBy(() -> Tunnel.builder().workers(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Peer.builder(farKey.publicKey()).keepalive(Duration.ofMillis(1500)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Peer.builder(farKey.publicKey())
                        .endpoint(InetSocketAddress.createUnresolved("peer.invalid", 51820)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("peer.invalid");
    }

    @Test
    void portInUseIsRefusedAndNothingIsLeft() throws Exception {
        near = Tunnel.builder().privateKey(nearKey).packets(nearPackets).start();
        int port = near.statistics().port();
        assertThatThrownBy(() -> Tunnel.builder()
                        .privateKey(farKey)
                        .packets(farPackets)
                        .listenPort(port)
                        .start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(Integer.toString(port));
        assertThat(farPackets.closed).isTrue();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceStatus;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.InsufficientMemoryException;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.device.PeerSnapshot;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import io.culvert.laws.Draw;
import io.culvert.laws.Laws;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class UapiConnectionTest {
    private static final String ZERO = "0".repeat(64);
    private static final String KEY = "0123456789abcdef".repeat(4);
    private static final DeviceStatus DOWN = new DeviceStatus(false, 0, 0, 0, Optional.empty(), List.of());

    /** Answers with a given state or failure, and counts what is applied to it. */
    private static final class Target implements UapiTarget {
        private final List<Integer> ports = new ArrayList<>();
        private DeviceSnapshot state = new DeviceSnapshot(null, 0, 0, List.of(), DOWN);
        private MemoryBudget memory = new MemoryBudget(1 << 30);
        private IOException failure;
        private int peers;
        private int allowedIps;

        @Override
        public DeviceSnapshot snapshot() {
            return state;
        }

        @Override
        public String status() {
            return "# HELP culvert_peers Peers configured.\nculvert_peers 2.0\n";
        }

        @Override
        public MemoryBudget memory() {
            return memory;
        }

        @Override
        public void apply(DeviceUpdate update) throws IOException {
            if (failure != null) {
                throw failure;
            }
            ports.add(update.listenPort().orElse(-1));
            peers += update.peers().size();
            allowedIps +=
                    update.peers().stream().mapToInt(p -> p.allowedIps().size()).sum();
        }
    }

    /** A channel that delivers a request in small pieces and collects the answer. */
    private static final class Pipe implements ByteChannel {
        private final ByteArrayInputStream in;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final int piece;

        Pipe(byte[] request, int piece) {
            in = new ByteArrayInputStream(request);
            this.piece = piece;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            byte[] bytes = new byte[Math.min(piece, target.remaining())];
            int count = in.read(bytes);
            if (count > 0) {
                target.put(bytes, 0, count);
            }
            return count;
        }

        @Override
        public int write(ByteBuffer source) {
            int count = Math.min(piece, source.remaining());
            for (int i = 0; i < count; i++) {
                out.write(source.get());
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Holds no resources.
        }
    }

    private final Target target = new Target();

    private String exchange(String request) throws IOException {
        return exchange(request.getBytes(StandardCharsets.UTF_8), 7);
    }

    private String exchange(byte[] request, int piece) throws IOException {
        Pipe pipe = new Pipe(request, piece);
        UapiConnection.serve(pipe, target);
        return pipe.out.toString(StandardCharsets.US_ASCII);
    }

    @Test
    void statusAnswersTheMetrics() throws IOException {
        assertThat(exchange("culvert_status=1\n\nget=1\n\n"))
                .isEqualTo("# HELP culvert_peers Peers configured.\nculvert_peers 2.0\nerrno=0\n\nerrno=0\n\n");
        assertThat(exchange("culvert_status=1\nlisten_port=1\n\n")).isEqualTo("errno=22\n\n");
        assertThat(target.ports).isEmpty();
    }

    @Test
    void getReportsTheWholeState() throws IOException {
        byte[] key = HexFormat.of().parseHex(KEY);
        target.state = new DeviceSnapshot(
                new Secret(key),
                51820,
                -2,
                List.of(new PeerSnapshot(
                        new PublicKey(key),
                        new Secret(),
                        endpoint("[fe80::1%7]:9"),
                        25,
                        1L << 40,
                        12,
                        List.of(AddressText.prefix("10.0.0.0/8"), AddressText.prefix("::/0")))),
                DOWN);
        assertThat(exchange("get=1\n\n"))
                .isEqualTo("private_key=" + KEY + "\nlisten_port=51820\nfwmark=4294967294\npublic_key=" + KEY
                        + "\npreshared_key=" + ZERO
                        + "\nprotocol_version=1\nendpoint=[fe80:0:0:0:0:0:0:1%7]:9\n"
                        + "last_handshake_time_sec=0\nlast_handshake_time_nsec=0\n"
                        + "tx_bytes=12\nrx_bytes=1099511627776\n"
                        + "persistent_keepalive_interval=25\nallowed_ip=10.0.0.0/8\nallowed_ip=0:0:0:0:0:0:0:0/0\n"
                        + "errno=0\n\n");
        assertThatThrownBy(() -> target.state.privateKey().address()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void getOfAnUnconfiguredDeviceAnswersErrnoOnly() throws IOException {
        assertThat(exchange("get=1\n\n")).isEqualTo("errno=0\n\n");
        assertThat(exchange("get=1\n")).isEqualTo("errno=0\n\n");
    }

    @Test
    void getWithExtraLinesIsRefusedWithAPositiveErrno() throws IOException {
        assertThat(exchange("get=1\nlisten_port=1\n\n")).isEqualTo("errno=22\n\n");
    }

    @Test
    void consecutiveRequestsAreServedInOrder() throws IOException {
        assertThat(exchange("set=1\nlisten_port=1\n\nget=1\n\nset=1\nlisten_port=2\n\n"))
                .isEqualTo("errno=0\n\n".repeat(3));
        assertThat(target.ports).containsExactly(1, 2);
    }

    @Test
    void invalidLineRejectsItsWholeRequestAndTheNextIsServed() throws IOException {
        assertThat(exchange("set=1\nlisten_port=1\nlisten_port=70000\nfwmark=1\n\nset=1\nlisten_port=2\n\n"))
                .isEqualTo("errno=-22\n\nerrno=0\n\n");
        assertThat(target.ports).containsExactly(2);
    }

    @Test
    void lineWithoutEqualsIsAProtocolError() throws IOException {
        assertThat(exchange("set=1\nlisten_port\n\n")).isEqualTo("errno=-71\n\n");
        assertThat(target.ports).isEmpty();
    }

    @Test
    void deviceErrorsAreAnsweredAsNegativeErrno() throws IOException {
        target.failure = new BindException("taken");
        assertThat(exchange("set=1\nlisten_port=1\n\n")).isEqualTo("errno=-98\n\n");
        target.failure = new IOException("broken");
        assertThat(exchange("set=1\nlisten_port=1\n\n")).isEqualTo("errno=-5\n\n");
    }

    @Test
    void emptyAndUnknownRequestsGetNoAnswer() throws IOException {
        assertThat(exchange("")).isEmpty();
        assertThat(exchange("\n")).isEmpty();
        assertThat(exchange("GET / HTTP/1.1\r\n\r\n")).isEmpty();
        assertThat(exchange("get=2\n\nget=1\n\n")).isEmpty();
    }

    @Test
    void requestThatEndsWithItsStreamChangesNothing() throws IOException {
        assertThat(exchange("set=1\n")).isEqualTo("errno=-71\n\n");
        assertThat(exchange("set=1\nlisten_port=1\n")).isEqualTo("errno=-71\n\n");
        assertThat(exchange("set=1\nlisten_port=2")).isEqualTo("errno=-71\n\n");
        assertThat(exchange("set=1\nreplace_peers=true\npublic_key=" + KEY + "\n"))
                .isEqualTo("errno=-71\n\n");
        assertThat(target.ports).isEmpty();
    }

    @Test
    void overlongLineIsRefusedWithoutBuffering() throws IOException {
        String line = "private_key=" + "0".repeat(1 << 20);
        assertThat(exchange(("set=1\n" + line + "\n\n").getBytes(StandardCharsets.US_ASCII), 1 << 16))
                .isEqualTo("errno=-71\n\n");
    }

    @Test
    void requestThatDoesNotFitTheMemoryIsRefused() throws IOException {
        target.memory = new MemoryBudget(1 << 20);
        String line = "allowed_ip=10.0.0.0/8\n";
        String large = "set=1\npublic_key=" + KEY + "\n" + line.repeat(10_000) + "\n";
        String small = "set=1\npublic_key=" + KEY + "\n" + line.repeat(1000) + "\n";
        assertThat(exchange(large + small)).isEqualTo("errno=-28\n\nerrno=0\n\n");
        assertThat(target.allowedIps).isEqualTo(1000);
        assertThat(target.memory.used()).isZero();
        target.failure = new InsufficientMemoryException("full");
        assertThat(exchange(small)).isEqualTo("errno=-28\n\n");
    }

    @Test
    void requestOver64MebibytesIsRefused() throws IOException {
        byte[] line = "allowed_ip=1111:2222:3333:4444:5555:6666:7777:8888/128\n".getBytes(StandardCharsets.US_ASCII);
        byte[] head = ("set=1\npublic_key=" + KEY + "\n").getBytes(StandardCharsets.US_ASCII);
        int lines = (64 << 20) / line.length + 1;
        ByteBuffer request = ByteBuffer.allocate(head.length + lines * line.length + 1);
        request.put(head);
        for (int i = 0; i < lines; i++) {
            request.put(line);
        }
        request.put((byte) '\n');
        assertThat(exchange(request.array(), 1 << 16)).isEqualTo("errno=-7\n\n");
        assertThat(target.peers).isZero();
    }

    @Test
    void requestWith130560AllowedIpsIsAccepted() throws IOException {
        StringBuilder request = new StringBuilder("set=1\npublic_key=" + KEY + "\n");
        for (int i = 0; i < 130_560; i++) {
            request.append("allowed_ip=10.").append(i >> 16).append('.').append(i >> 8 & 255);
            request.append('.').append(i & 255).append("/32\n");
        }
        assertThat(exchange(request.append('\n').toString().getBytes(StandardCharsets.US_ASCII), 4096))
                .isEqualTo("errno=0\n\n");
        assertThat(target.allowedIps).isEqualTo(130_560);
    }

    private static DeviceSnapshot device(Draw draw) {
        byte[] key = draw.chance(1, 5) ? null : draw.bytes(32, 32);
        int port = draw.integer(0, 65_535);
        int mark = draw.integer();
        List<PeerSnapshot> peers = draw.list(0, 4, () -> peer(draw));
        Set<PublicKey> keys = new HashSet<>();
        peers.removeIf(peer -> !keys.add(peer.publicKey()));
        return new DeviceSnapshot(key == null ? null : new Secret(key), port, mark, peers, DOWN);
    }

    private static UdpEndpoint endpoint(String text) {
        UdpEndpoint endpoint = new UdpEndpoint();
        endpoint.set(AddressText.endpoint(text));
        return endpoint;
    }

    private static PeerSnapshot peer(Draw draw) {
        PublicKey key = new PublicKey(draw.bytes(32, 32));
        Secret presharedKey = new Secret(draw.bytes(32, 32));
        UdpEndpoint endpoint = draw.chance(3, 10)
                ? new UdpEndpoint()
                : endpoint(draw.of("192.0.2.1:1", "[2001:db8::1]:65535", "[fe80::1%3]:51820"));
        int keepalive = draw.integer(0, 65_535);
        List<Prefix> allowed = draw.list(0, 4, () -> prefix(draw));
        return new PeerSnapshot(key, presharedKey, endpoint, keepalive, 0, 0, allowed);
    }

    private static Prefix prefix(Draw draw) {
        boolean ipv6 = draw.bool();
        long high = draw.longInteger();
        long low = draw.longInteger();
        int length = draw.integer(0, 32);
        return new Prefix(ipv6, high, ipv6 ? low : low & 0xffff_ffffL, ipv6 ? 4 * length : length);
    }

    /** The output of {@code get}, without its read-only keys, is valid input of {@code set} and means the same. */
    @Test
    void getOutputFedToSetGivesTheSameConfiguration() {
        Laws.check(200, draw -> {
            DeviceSnapshot device = device(draw);

            byte[] privateKey =
                    device.privateKey() == null ? null : device.privateKey().toBytes();
            List<byte[]> presharedKeys =
                    device.peers().stream().map(p -> p.presharedKey().toBytes()).toList();
            target.state = device;
            String settable = exchange("get=1\n\n")
                    .lines()
                    .filter(line ->
                            !line.isEmpty() && !line.matches("(errno|last_handshake_time_n?sec|[rt]x_bytes)=.*"))
                    .collect(Collectors.joining("\n"));
            try (UapiParser parser = new UapiParser(new MemoryBudget(1 << 30))) {
                for (String line : settable.isEmpty() ? new String[0] : settable.split("\n")) {
                    parser.accept(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)), line.length());
                }
                try (DeviceUpdate update = parser.finish()) {
                    assertThat(update.listenPort().orElse(0)).isEqualTo(device.listenPort());
                    assertThat(update.fwmark().orElse(0)).isEqualTo(device.fwmark());
                    assertThat(
                                    update.privateKey() == null
                                            ? null
                                            : update.privateKey().toBytes())
                            .isEqualTo(privateKey);
                    assertThat(update.peers()).hasSameSizeAs(device.peers());
                    for (int i = 0; i < update.peers().size(); i++) {
                        var set = update.peers().get(i);
                        var got = device.peers().get(i);
                        assertThat(set.publicKey()).isEqualTo(got.publicKey());
                        assertThat(set.presharedKey().toBytes()).isEqualTo(presharedKeys.get(i));
                        assertThat(set.endpoint()).isEqualTo(got.endpoint().toSocketAddress());
                        assertThat(set.keepaliveSeconds()).hasValue(got.keepaliveSeconds());
                        assertThat(set.allowedIps())
                                .extracting(allowed -> allowed.prefix())
                                .isEqualTo(got.allowedIps());
                    }
                }
            }
        });
    }

    @Test
    void garbageDoesNotStopTheServer() {
        Laws.check(300, draw -> {
            byte[] garbage = draw.bytes(0, 255);

            exchange(garbage, 5);
            byte[] inside = ("set=1\n" + new String(garbage, StandardCharsets.ISO_8859_1) + "\n\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
            assertThat(exchange(inside, 5)).startsWith("errno=");
        });
    }
}

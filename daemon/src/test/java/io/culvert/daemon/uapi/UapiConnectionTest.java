package io.culvert.daemon.uapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class UapiConnectionTest {
    private static final String ZERO = "0".repeat(64);
    private static final String KEY = "0123456789abcdef".repeat(4);

    /** Answers with what it was made with, and counts what it is told. */
    private static final class Target implements UapiTarget {
        private final List<Integer> ports = new ArrayList<>();
        private DeviceSnapshot state = new DeviceSnapshot(null, 0, 0, List.of());
        private IOException failure;
        private int peers;
        private int allowedIps;

        @Override
        public DeviceSnapshot snapshot() {
            return state;
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

    /** What one side sends, given out in pieces of a few bytes, and a place for what it hears. */
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
            // Nothing to let go of.
        }
    }

    private final Target target = new Target();

    private String ask(String request) throws IOException {
        return ask(request.getBytes(StandardCharsets.UTF_8), 7);
    }

    private String ask(byte[] request, int piece) throws IOException {
        Pipe pipe = new Pipe(request, piece);
        UapiConnection.serve(pipe, target);
        return pipe.out.toString(StandardCharsets.US_ASCII);
    }

    @Test
    void getTellsEverything() throws IOException {
        byte[] key = HexFormat.of().parseHex(KEY);
        target.state = new DeviceSnapshot(
                new Secret(key),
                51820,
                -2,
                List.of(new DeviceSnapshot.PeerSnapshot(
                        new PublicKey(key),
                        new Secret(),
                        AddressText.endpoint("[fe80::1%7]:9"),
                        25,
                        1700000000L,
                        5,
                        1L << 40,
                        12,
                        List.of(AddressText.prefix("10.0.0.0/8"), AddressText.prefix("::/0")))));
        assertThat(ask("get=1\n\n"))
                .isEqualTo("private_key=" + KEY + "\nlisten_port=51820\nfwmark=4294967294\npublic_key=" + KEY
                        + "\npreshared_key=" + ZERO
                        + "\nprotocol_version=1\nendpoint=[fe80:0:0:0:0:0:0:1%7]:9\nlast_handshake_time_sec=1700000000\n"
                        + "last_handshake_time_nsec=5\ntx_bytes=12\nrx_bytes=1099511627776\n"
                        + "persistent_keepalive_interval=25\nallowed_ip=10.0.0.0/8\nallowed_ip=0:0:0:0:0:0:0:0/0\n"
                        + "errno=0\n\n");
        assertThatThrownBy(() -> target.state.privateKey().address()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void getOfAnEmptyDeviceIsShort() throws IOException {
        assertThat(ask("get=1\n\n")).isEqualTo("errno=0\n\n");
        assertThat(ask("get=1\n")).isEqualTo("errno=0\n\n");
    }

    @Test
    void getWithMoreLinesIsRefusedWithAPositiveNumber() throws IOException {
        assertThat(ask("get=1\nlisten_port=1\n\n")).isEqualTo("errno=22\n\n");
    }

    @Test
    void severalRequestsFollowEachOther() throws IOException {
        assertThat(ask("set=1\nlisten_port=1\n\nget=1\n\nset=1\nlisten_port=2\n\n"))
                .isEqualTo("errno=0\n\n".repeat(3));
        assertThat(target.ports).containsExactly(1, 2);
    }

    @Test
    void aBadLineAnywhereChangesNothingAndTheNextRequestIsServed() throws IOException {
        assertThat(ask("set=1\nlisten_port=1\nlisten_port=70000\nfwmark=1\n\nset=1\nlisten_port=2\n\n"))
                .isEqualTo("errno=-22\n\nerrno=0\n\n");
        assertThat(target.ports).containsExactly(2);
    }

    @Test
    void aLineWithoutEqualsIsAProtocolError() throws IOException {
        assertThat(ask("set=1\nlisten_port\n\n")).isEqualTo("errno=-71\n\n");
        assertThat(target.ports).isEmpty();
    }

    @Test
    void theDevicesErrorsAreAnsweredAsNegativeNumbers() throws IOException {
        target.failure = new BindException("taken");
        assertThat(ask("set=1\nlisten_port=1\n\n")).isEqualTo("errno=-98\n\n");
        target.failure = new IOException("broken");
        assertThat(ask("set=1\nlisten_port=1\n\n")).isEqualTo("errno=-5\n\n");
    }

    @Test
    void silenceAndStrangersAreLeftWithoutAnAnswer() throws IOException {
        assertThat(ask("")).isEmpty();
        assertThat(ask("\n")).isEmpty();
        assertThat(ask("GET / HTTP/1.1\r\n\r\n")).isEmpty();
        assertThat(ask("get=2\n\nget=1\n\n")).isEmpty();
    }

    @Test
    void aRequestMayEndWithTheStreamButNotInsideALine() throws IOException {
        assertThat(ask("set=1\nlisten_port=1\n")).isEqualTo("errno=0\n\n");
        assertThat(ask("set=1\nlisten_port=2")).isEqualTo("errno=-71\n\n");
        assertThat(target.ports).containsExactly(1);
    }

    @Test
    void anEndlessLineIsRefusedWithoutBeingKept() throws IOException {
        String line = "private_key=" + "0".repeat(1 << 20);
        assertThat(ask(("set=1\n" + line + "\n\n").getBytes(StandardCharsets.US_ASCII), 1 << 16))
                .isEqualTo("errno=-71\n\n");
    }

    @Test
    void aRequestOfMoreThan64MebibytesIsRefused() throws IOException {
        byte[] line = "allowed_ip=1111:2222:3333:4444:5555:6666:7777:8888/128\n".getBytes(StandardCharsets.US_ASCII);
        byte[] head = ("set=1\npublic_key=" + KEY + "\n").getBytes(StandardCharsets.US_ASCII);
        int lines = (64 << 20) / line.length + 1;
        ByteBuffer request = ByteBuffer.allocate(head.length + lines * line.length + 1);
        request.put(head);
        for (int i = 0; i < lines; i++) {
            request.put(line);
        }
        request.put((byte) '\n');
        assertThat(ask(request.array(), 1 << 16)).isEqualTo("errno=-7\n\n");
        assertThat(target.peers).isZero();
    }

    @Test
    void manyAllowedIpsAreNotTooMany() throws IOException {
        StringBuilder request = new StringBuilder("set=1\npublic_key=" + KEY + "\n");
        for (int i = 0; i < 130_560; i++) {
            request.append("allowed_ip=10.").append(i >> 16).append('.').append(i >> 8 & 255);
            request.append('.').append(i & 255).append("/32\n");
        }
        assertThat(ask(request.append('\n').toString().getBytes(StandardCharsets.US_ASCII), 4096))
                .isEqualTo("errno=0\n\n");
        assertThat(target.allowedIps).isEqualTo(130_560);
    }

    @Provide
    Arbitrary<DeviceSnapshot> devices() {
        Arbitrary<byte[]> keys = Arbitraries.bytes().array(byte[].class).ofSize(32);
        Arbitrary<InetSocketAddress> endpoints = Arbitraries.of(
                        "192.0.2.1:1", "[2001:db8::1]:65535", "[fe80::1%3]:51820")
                .map(AddressText::endpoint)
                .injectNull(0.3);
        Arbitrary<List<Prefix>> prefixes = Combinators.combine(
                        Arbitraries.of(true, false),
                        Arbitraries.longs(),
                        Arbitraries.longs(),
                        Arbitraries.integers().between(0, 32))
                .as((ipv6, high, low, length) ->
                        new Prefix(ipv6, high, ipv6 ? low : low & 0xffff_ffffL, ipv6 ? 4 * length : length))
                .list()
                .ofMaxSize(4);
        Arbitrary<List<DeviceSnapshot.PeerSnapshot>> peers = Combinators.combine(
                        keys, keys, endpoints, Arbitraries.integers().between(0, 65_535), prefixes)
                .as((key, preshared, endpoint, keepalive, allowed) -> new DeviceSnapshot.PeerSnapshot(
                        new PublicKey(key), new Secret(preshared), endpoint, keepalive, 0, 0, 0, 0, allowed))
                .list()
                .ofMaxSize(4)
                .uniqueElements(DeviceSnapshot.PeerSnapshot::publicKey);
        return Combinators.combine(
                        keys.injectNull(0.2), Arbitraries.integers().between(0, 65_535), Arbitraries.integers(), peers)
                .as((key, port, mark, list) ->
                        new DeviceSnapshot(key == null ? null : new Secret(key), port, mark, list));
    }

    /** What {@code get} tells, given to {@code set} without what only a {@code get} has, is the same configuration. */
    @Property(tries = 200)
    void whatIsReadBackIsWhatWasSet(@ForAll("devices") DeviceSnapshot device) throws IOException, UapiException {
        byte[] privateKey =
                device.privateKey() == null ? null : device.privateKey().toBytes();
        List<byte[]> presharedKeys =
                device.peers().stream().map(p -> p.presharedKey().toBytes()).toList();
        target.state = device;
        String settable = ask("get=1\n\n")
                .lines()
                .filter(line -> !line.isEmpty() && !line.matches("(errno|last_handshake_time_n?sec|[rt]x_bytes)=.*"))
                .collect(Collectors.joining("\n"));
        try (UapiParser parser = new UapiParser()) {
            for (String line : settable.isEmpty() ? new String[0] : settable.split("\n")) {
                parser.accept(line.getBytes(StandardCharsets.US_ASCII), line.length());
            }
            try (DeviceUpdate update = parser.finish()) {
                assertThat(update.listenPort().orElse(0)).isEqualTo(device.listenPort());
                assertThat(update.mark().orElse(0)).isEqualTo(device.mark());
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
                    assertThat(set.endpoint()).isEqualTo(got.endpoint());
                    assertThat(set.keepaliveSeconds()).hasValue(got.keepaliveSeconds());
                    assertThat(set.allowedIps())
                            .extracting(allowed -> allowed.prefix())
                            .isEqualTo(got.allowedIps());
                }
            }
        }
    }

    @Property(tries = 300)
    void garbageNeverBreaksTheServer(@ForAll byte[] garbage) throws IOException {
        ask(garbage, 5);
        byte[] inside = ("set=1\n" + new String(garbage, StandardCharsets.ISO_8859_1) + "\n\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        assertThat(ask(inside, 5)).startsWith("errno=");
    }
}
